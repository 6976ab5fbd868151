package dev.colocatedcache.cli;

import dev.colocatedcache.ops.LeaderElection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.UUID;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How several operators agree on the one that acts; named as Kubernetes' own components do. */
final class LeaderElectionOptions {
  /** The name of the Lease. */
  static final String LEASE = "colocatedcache-operator";

  @Option(
      names = "--leader-elect",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      defaultValue = "false",
      showDefaultValue = Help.Visibility.ALWAYS,
      description =
          "Take part in the election of the one operator that acts, by a Lease; the others stand by"
              + " and know the cluster already when they are elected. Needed for more than one"
              + " replica.")
  private boolean enabled;

  @Option(
      names = "--leader-elect-namespace",
      paramLabel = "NAMESPACE",
      description =
          "The namespace of the Lease, which is called "
              + LEASE
              + ". By default that of the pod, or of the kubeconfig's context.")
  private String namespace;

  @Option(
      names = "--leader-elect-lease-duration",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = DurationConverter.class,
      description = "Take the place of a leader that has not been heard of for so long.")
  private Duration leaseDuration;

  @Option(
      names = "--leader-elect-renew-deadline",
      paramLabel = "DURATION",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description =
          "As the leader, write nothing more and end when the Lease could not be renewed for so"
              + " long.")
  private Duration renewDeadline;

  @Option(
      names = "--leader-elect-retry-period",
      paramLabel = "DURATION",
      defaultValue = "2s",
      converter = DurationConverter.class,
      description = "Try to get or to renew the Lease so often.")
  private Duration retryPeriod;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  boolean enabled() {
    return enabled;
  }

  Duration renewDeadline() {
    return renewDeadline;
  }

  /**
   * The terms of the election.
   *
   * @param ownNamespace where the Lease is if no option says so; null where that is not known
   * @throws BadInputException if nothing says so
   */
  LeaderElection.Terms terms(String ownNamespace) {
    String where = namespace == null ? ownNamespace : namespace;
    if (where == null) {
      throw new BadInputException(
          "in which namespace is the Lease? Say so with --leader-elect-namespace");
    }
    return new LeaderElection.Terms(
        where, LEASE, identity(), leaseDuration, renewDeadline, retryPeriod);
  }

  /**
   * No two processes share it: a pod's name alone would be that of a container's next start too.
   */
  private static String identity() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "unknown";
    }
    return host + "_" + UUID.randomUUID();
  }

  void check() {
    if (retryPeriod.toMillis() < 1) {
      refuse("--leader-elect-retry-period", retryPeriod, "1ms or more");
    }
    if (renewDeadline.compareTo(retryPeriod.multipliedBy(2)) < 0) {
      refuse(
          "--leader-elect-renew-deadline",
          renewDeadline,
          "at least twice --leader-elect-retry-period, which is "
              + DurationConverter.text(retryPeriod));
    }
    if (leaseDuration.compareTo(renewDeadline) <= 0) {
      refuse(
          "--leader-elect-lease-duration",
          leaseDuration,
          "more than --leader-elect-renew-deadline, which is "
              + DurationConverter.text(renewDeadline));
    }
    if (leaseDuration.toMillis() % 1000 != 0) {
      refuse("--leader-elect-lease-duration", leaseDuration, "whole seconds");
    }
  }

  private void refuse(String option, Duration value, String wanted) {
    throw new ParameterException(
        spec.commandLine(),
        "%s is %s: give %s".formatted(option, DurationConverter.text(value), wanted));
  }
}
