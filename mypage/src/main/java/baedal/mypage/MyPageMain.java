package baedal.mypage;

import baedal.runtime.Boot;

/** Starts the MyPage service in its own process. */
public final class MyPageMain {

  private MyPageMain() {}

  public static void main(String[] args) {
    Boot.main("mypage", config -> new MyPageVerticle(MyPageConfig.from(config)));
  }
}
