package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("ResourceQuotas allow as many pairs")
class PairQuotaTest {

  /** 1 CPU, limited to 2, and 1Gi. */
  private static final String ANCHOR =
      """
      spec: {priority: 7, priorityClassName: gold, containers: [{name: c, resources: {
        requests: {cpu: 1, memory: 1Gi, example.com/gpu: 1}, limits: {cpu: 2, example.com/gpu: 1}}}]}
      """;

  /** Asks for nothing. */
  private static final String FOLLOWER = "spec: {containers: [{name: c}]}";

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # a quota's spec, but for its hard limits | hard limits | pairs, or nothing where it is about other things | the binding limit
          ''                                        | {pods: 4}                       | 2 | pods=4
          ''                                        | {pods: 5}                       | 2 | pods=5
          ''                                        | {count/pods: 1}                 | 0 | count/pods=1
          ''                                        | {cpu: 2500m}                    | 2 | cpu=2500m
          ''                                        | {requests.cpu: 3}               | 3 | requests.cpu=3
          ''                                        | {limits.cpu: 3}                 | 1 | limits.cpu=3
          ''                                        | {memory: 1.5Gi}                 | 1 | memory=1.5Gi
          ''                                        | {requests.memory: 1Mi}          | 0 | requests.memory=1Mi
          ''                                        | {limits.memory: 0}              |   |
          ''                                        | {requests.example.com/gpu: 3}   | 3 | requests.example.com/gpu=3
          ''                                        | {count/deployments.apps: 0, services: 0, persistentvolumeclaims: 0} | |
          ''                                        | {pods: 6, cpu: 2, memory: 2Gi}  | 2 | cpu=2,memory=2Gi
          'scopes: [BestEffort]'                    | {pods: 3}                       | 3 | pods=3
          'scopes: [NotBestEffort]'                 | {pods: 3, cpu: 9}               | 3 | pods=3
          'scopes: [Terminating]'                   | {pods: 0}                       |   |
          'scopes: [NotTerminating]'                | {pods: 2}                       | 1 | pods=2
          'scopes: [CrossNamespacePodAffinity]'     | {pods: 0}                       |   |
          'scopes: [NotTerminating, NotBestEffort]' | {pods: 1}                       | 1 | pods=1
          'scopes: [PriorityClass]'                 | {pods: 4}                       | 4 | pods=4
          'scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [gold, x]}]}' | {pods: 2} | 2 | pods=2
          'scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: NotIn, values: [gold]}]}' | {pods: 2} | 2 | pods=2
          'scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: DoesNotExist}]}'          | {cpu: 0}  |   |
          'scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [x]}]}'       | {pods: 0} |   |
          """)
  @DisplayName("as their scopes and resources say")
  void allowed(String spec, String hard, Integer pairs, String binding) {
    Optional<PairQuota> limit = limit(quota("q", spec, hard, "{}"), 0, List.of());

    assertThat(limit.map(PairQuota::pairs)).isEqualTo(Optional.ofNullable(pairs));
    assertThat(limit.map(PairQuota::reason))
        .isEqualTo(Optional.ofNullable(binding).map(b -> "exceeded quota: q, limited: " + b));
  }

  @Test
  @DisplayName("as others leave: what is used, less what the pairs use themselves")
  void used() {
    Quota quota = quota("q", "", "{pods: 10}", "{pods: 8}");

    assertThat(limit(quota, 0, List.of()).orElseThrow().pairs()).isEqualTo(1);
    assertThat(limit(quota, 2, List.of()).orElseThrow().pairs()).isEqualTo(3);
  }

  @Test
  @DisplayName("as are not promised to others yet")
  void promised() {
    Quota quota = quota("q", "", "{pods: 10}", "{}");
    List<QuotaCharge> promised = Collections.nCopies(5, charge(FOLLOWER));

    assertThat(limit(quota, 0, promised).orElseThrow().pairs()).isEqualTo(2);
  }

  @Test
  @DisplayName("as the tightest of several does, and never fewer than none")
  void several() {
    List<Quota> quotas =
        List.of(
            quota("wide", "", "{pods: 8}", "{}"),
            quota("spent", "", "{pods: 2}", "{pods: 5}"),
            quota("b-also-spent", "", "{pods: 0}", "{}"));

    assertThat(PairQuota.of(quotas, charge(ANCHOR), charge(FOLLOWER), List.of(), List.of()))
        .contains(new PairQuota(0, "exceeded quota: b-also-spent, limited: pods=0"));
  }

  @Test
  @DisplayName("as run already, where a quota is lowered")
  void running() {
    assertThat(new PairQuota(1, "r").atLeast(3)).isEqualTo(new PairQuota(3, "r"));
    assertThat(new PairQuota(4, "r").atLeast(3)).isEqualTo(new PairQuota(4, "r"));
  }

  private static Optional<PairQuota> limit(Quota quota, int ownPairs, List<QuotaCharge> promised) {
    List<QuotaCharge> own = new ArrayList<>();
    for (int i = 0; i < ownPairs; i++) {
      own.add(charge(ANCHOR));
      own.add(charge(FOLLOWER));
    }
    return PairQuota.of(List.of(quota), charge(ANCHOR), charge(FOLLOWER), own, promised);
  }

  private static QuotaCharge charge(String pod) {
    return IncomingPod.asStored(TestCluster.podOf("p", pod)).quotaCharge();
  }

  private static Quota quota(String name, String spec, String hard, String used) {
    return Quota.of(
        Yaml.read(
            """
            metadata: {name: %s, namespace: %s}
            spec: {hard: %3$s, %4$s}
            status: {hard: %3$s, used: %5$s}
            """
                .formatted(name, TestCluster.NAMESPACE, hard, spec, used),
            ResourceQuota.class));
  }
}
