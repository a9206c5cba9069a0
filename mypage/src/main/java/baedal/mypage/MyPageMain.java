package baedal.mypage;

import baedal.runtime.Boot;

/** MyPage as a process of its own. */
public final class MyPageMain {

  private MyPageMain() {}

  public static void main(String[] args) {
    Boot.main("mypage", config -> new MyPageVerticle(MyPageConfig.from(config)));
  }
}
