package dev.colocatedcache.ops;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeoutException;

/**
 * Writes a failure into the line of its message where it is the cluster's: no connection, no
 * permission, no answer in time. Where in the code that was noticed helps nobody. Any other failure
 * is a fault of the operator and gets its stack trace.
 */
public final class FailureConverter extends ThrowableHandlingConverter {

  @Override
  public String convert(ILoggingEvent event) {
    IThrowableProxy proxy = event.getThrowableProxy();
    if (proxy == null) {
      return "";
    }
    if (proxy instanceof ThrowableProxy known) {
      for (Throwable at = known.getThrowable(); at != null; at = at.getCause()) {
        if (at instanceof KubernetesClientException refused && refused.getStatus() != null) {
          return ": " + refused.getStatus().getMessage();
        }
        if (at.getCause() == null && isOfTheCluster(at)) {
          return ": "
              + at.getClass().getSimpleName()
              + ": "
              + Objects.requireNonNullElse(at.getMessage(), "no details");
        }
      }
    }
    return System.lineSeparator() + ThrowableProxyUtil.asString(proxy);
  }

  private static boolean isOfTheCluster(Throwable failure) {
    return failure instanceof KubernetesClientException
        || failure instanceof IOException
        || failure instanceof TimeoutException;
  }
}
