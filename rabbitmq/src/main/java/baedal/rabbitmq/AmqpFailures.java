package baedal.rabbitmq;

import baedal.runtime.TransientFailures;
import com.rabbitmq.client.ShutdownSignalException;

/**
 * The transient failures of the RabbitMQ client, by exception type: a connection or a channel that
 * was closed, or is closed already. Its other failures are {@link java.io.IOException}s.
 */
public final class AmqpFailures implements TransientFailures.Classifier {

  @Override
  public boolean isTransient(Throwable failure) {
    return failure instanceof ShutdownSignalException;
  }
}
