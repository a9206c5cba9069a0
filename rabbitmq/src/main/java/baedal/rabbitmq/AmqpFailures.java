package baedal.rabbitmq;

import baedal.runtime.TransientFailures;
import com.rabbitmq.client.ShutdownSignalException;

/**
 * Recognises the transient failures of the RabbitMQ client for {@link TransientFailures}: a closed
 * connection or channel. The client's other failures are {@link java.io.IOException}s, which are
 * always transient.
 */
public final class AmqpFailures implements TransientFailures.Classifier {

  @Override
  public boolean isTransient(Throwable failure) {
    return failure instanceof ShutdownSignalException;
  }
}
