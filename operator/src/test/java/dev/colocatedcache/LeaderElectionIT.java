package dev.colocatedcache;

import static dev.colocatedcache.testing.ObservedPairs.holdsFor;
import static dev.colocatedcache.testing.ObservedPairs.settles;
import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import dev.colocatedcache.devcluster.OwnDevcluster;
import dev.colocatedcache.devcluster.TestNamespace;
import dev.colocatedcache.testing.AuditLog;
import dev.colocatedcache.testing.ObservedPairs;
import dev.colocatedcache.testing.PairManifest;
import dev.colocatedcache.testing.RunningOperator;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DevclusterExtension.class)
@OwnDevcluster(nodes = 2, audit = true)
@Order(2)
@DisplayName("Of two operators")
final class LeaderElectionIT {
  /** Long enough for a busy machine, on which a renewal may take seconds. */
  private static final Duration LEASE = Duration.ofSeconds(12);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final String[] TERMS = {
    "--leader-elect",
    "--leader-elect-lease-duration=12s",
    "--leader-elect-renew-deadline=9s",
    "--leader-elect-retry-period=1s"
  };
  private static final int MANY = 4;
  private static final long EVERY_MILLIS = 150;

  /** What the election's own random wait adds to the retry period, and a busy machine to both. */
  private static final Duration SLACK = RETRY.multipliedBy(2).plusSeconds(3);

  private KubernetesClient client;
  private AuditLog audit;
  private RunningOperator leader;
  private RunningOperator standby;
  private List<ObservedPairs> pairs;

  @BeforeEach
  void two(Devcluster cluster, TestNamespace namespace) {
    client = cluster.client();
    audit = new AuditLog(cluster);
    RunningOperator.installDeploy(cluster);
    leader = RunningOperator.stopped(cluster, TERMS);
    standby = RunningOperator.stopped(cluster, TERMS);
    cluster.attach(leader);
    cluster.attach(standby);
    leader.start();
    settles(() -> assertThat(leads(leader)).isTrue());
    standby.start();
    List<PairManifest> manifests =
        IntStream.range(0, MANY).mapToObj(i -> PairManifest.named("pair-" + i)).toList();
    pairs = PairManifest.apply(manifests, cluster, namespace.name());
    pairs.forEach(pair -> pair.awaitPairs(2));
  }

  @AfterEach
  void end() {
    for (RunningOperator operator : List.of(leader, standby)) {
      if (operator.isRunning()) {
        operator.stop();
      }
    }
  }

  @Test
  @DisplayName(
      "one acts; one stands by, is Ready and writes nothing; and takes over at once when the other ends")
  void cleanEnd() {
    assertThat(standby.get("/readyz").statusCode()).isEqualTo(200);
    assertThat(standby.log()).contains("standing by: ");
    assertThat(standby.apiWrites()).isZero();
    assertThat(writes(standby)).isEmpty();
    assertThat(leads(standby)).isFalse();

    leader.stop();
    Instant ended = Instant.now();
    assertThat(leader.log()).doesNotContain("ERROR");
    Duration after = untilItActs(standby, ended);

    System.err.println("failover after a clean end: " + after.toMillis() + " ms");
    assertThat(after).isLessThan(SLACK);
    assertThat(leads(standby)).isTrue();
    standby.stop();
    assertThat(holder()).as("who holds the lease").isEmpty();
  }

  @Test
  @DisplayName("the other takes over within the lease's duration when one is killed")
  void killed() {
    leader.kill();
    Instant killed = Instant.now();

    Duration after = untilItActs(standby, killed);

    System.err.println("failover after a kill: " + after.toMillis() + " ms");
    assertThat(after).isLessThan(LEASE.plus(SLACK));
    // It may have been renewed just before, or up to the retry period ago.
    assertThat(after).isGreaterThan(LEASE.minus(RETRY.multipliedBy(2)));
  }

  @Test
  @DisplayName(
      "one that was stopped in the middle of its work and goes on later writes nothing more")
  void paused() {
    ScheduledExecutorService work = Executors.newSingleThreadScheduledExecutor();
    AtomicInteger round = new AtomicInteger();
    ScheduledFuture<?> working =
        work.scheduleAtFixedRate(
            () -> giveWork(round.getAndIncrement()), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    try {
      int before = writes(leader).size();
      settles(() -> assertThat(writes(leader).size()).isGreaterThan(before + 10));
      leader.pause();
      Instant paused = Instant.now();
      untilItActs(standby, paused);
      Instant resumed = Instant.now();
      leader.resume();

      assertThat(leader.awaitEnd()).isEqualTo(1);
      assertThat(leader.log()).contains("not the leader any more");
      int sinceThen = writes(standby).size();
      settles(() -> assertThat(writes(standby).size()).isGreaterThan(sinceThen + 5));
      assertThat(writes(leader))
          .filteredOn(request -> request.received().isAfter(resumed))
          .as("what the old leader has written since it goes on")
          .isEmpty();
      assertThat(audit.requests(leader.credential()))
          .as("the log would say so")
          .anyMatch(AuditLog.Request::wrote);
      assertThat(working.isDone()).as("the work has stopped").isFalse();
    } finally {
      work.shutdownNow();
    }
    holdsFor(Duration.ofSeconds(1), () -> assertThat(standby.log()).doesNotContain("ERROR"));
  }

  @Test
  @DisplayName(
      "none acts without the permission to read and write the lease; each says so, and one acts again with it")
  void forbidden(Devcluster cluster) {
    RoleBinding binding =
        client
            .rbac()
            .roleBindings()
            .inNamespace(RunningOperator.NAMESPACE)
            .withName("colocatedcache-operator-leases")
            .get();
    client.resource(binding).delete();

    assertThat(leader.awaitEnd()).isEqualTo(1);
    assertThat(leader.log()).contains("not the leader any more", "is forbidden");
    settles(
        () -> {
          assertThat(standby.get("/readyz").statusCode()).isEqualTo(503);
          assertThat(standby.get("/readyz").body())
              .contains("colocatedcache-operator cannot be read or written", "is forbidden");
        });
    leader.startWithoutWaiting();
    settles(
        () ->
            assertThat(leader.log())
                .contains(
                    "a permission is missing: the operator cannot get resource \"leases\" in API group"
                        + " \"coordination.k8s.io\" in the namespace \"colocatedcache-system\""));

    RunningOperator.installDeploy(cluster);
    settles(() -> assertThat(leads(leader) || leads(standby)).isTrue());
    settles(() -> assertThat(standby.get("/readyz").statusCode()).isEqualTo(200));
    scale(pairs.get(0), 1);
    pairs.get(0).awaitPairs(1);
  }

  /** Something to write for whoever is the leader. */
  private void giveWork(int round) {
    scale(pairs.get(round % MANY), 1 + round / MANY % 2);
  }

  private void scale(ObservedPairs pair, int replicas) {
    client
        .resources(ColocatedCache.class)
        .inNamespace(pair.namespace())
        .withName(pair.name())
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"replicas\":" + replicas + "}}");
  }

  private Duration untilItActs(RunningOperator operator, Instant since) {
    scale(pairs.get(0), 1);
    scale(pairs.get(1), 1);
    settles(() -> assertThat(writes(operator)).isNotEmpty());
    return Duration.between(since, writes(operator).get(0).received());
  }

  /** But for those to the lease, which both go for. */
  private List<AuditLog.Request> writes(RunningOperator operator) {
    return audit.requests(operator.credential()).stream()
        .filter(AuditLog.Request::wrote)
        .filter(request -> !request.resource().equals("leases"))
        .toList();
  }

  private static boolean leads(RunningOperator operator) {
    return operator.get("/metrics").body().contains("\ncolocatedcache_leader 1.0\n");
  }

  private String holder() {
    return client
        .leases()
        .inNamespace(RunningOperator.NAMESPACE)
        .withName(RunningOperator.SERVICE_ACCOUNT)
        .get()
        .getSpec()
        .getHolderIdentity();
  }
}
