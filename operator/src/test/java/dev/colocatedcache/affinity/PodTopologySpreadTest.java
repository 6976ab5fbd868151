package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodTopologySpreadTest {

  private static final String TOO_MANY =
      "PodTopologySpread: node(s) didn't match pod topology spread constraints, Unschedulable";
  private static final String NO_KEY =
      "PodTopologySpread: node(s) didn't match pod topology spread constraints (missing required label), UnschedulableAndUnresolvable";

  private static final String WEB_SPREAD_OVER_ZONES =
      web(spread("{topologyKey: zone, maxSkew: 1, labelSelector: {matchLabels: {app: web}}}"));

  /**
   * In the zones a, b and c run as many pods with app=web as the digits say; which zones fit one
   * more?
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # pods in zones | the constraint, but for its key and action                                          | zones that fit
          000             | maxSkew: 1, labelSelector: {matchLabels: {app: web}}                                | abc
          100             | maxSkew: 1, labelSelector: {matchLabels: {app: web}}                                | bc
          110             | maxSkew: 1, labelSelector: {matchLabels: {app: web}}                                | c
          111             | maxSkew: 1, labelSelector: {matchLabels: {app: web}}                                | abc
          210             | maxSkew: 2, labelSelector: {matchLabels: {app: web}}                                | bc
          310             | maxSkew: 3, labelSelector: {matchLabels: {app: web}}                                | bc
          # the pod itself is not one of those it is spread among
          110             | maxSkew: 1, labelSelector: {matchExpressions: [{key: app, operator: In, values: [web]}, {key: new, operator: DoesNotExist}]} | abc
          # fewer domains than minDomains: the fewest are 0
          111             | maxSkew: 1, minDomains: 3, labelSelector: {matchLabels: {app: web}}                 | abc
          111             | maxSkew: 1, minDomains: 4, labelSelector: {matchLabels: {app: web}}                 |
          222             | maxSkew: 3, minDomains: 4, labelSelector: {matchLabels: {app: web}}                 | abc
          # no selector is about nothing, the empty one counts none that are there but the pod itself
          900             | maxSkew: 1                                                                          | abc
          900             | maxSkew: 1, labelSelector: {}                                                       | abc
          900             | maxSkew: 1, minDomains: 4, labelSelector: {}                                        | abc
          # matchLabelKeys narrow the selector to pods like this one
          900             | maxSkew: 1, labelSelector: {matchLabels: {app: web}}, matchLabelKeys: [new]         | abc
          900             | maxSkew: 1, labelSelector: {matchLabels: {app: web}}, matchLabelKeys: [absent]      | bc
          900             | maxSkew: 1, labelSelector: {}, matchLabelKeys: [app]                                | bc
          900             | maxSkew: 1, matchLabelKeys: [app]                                                   | abc
          """)
  void oneConstraintOverThreeZones(String pods, String constraint, String fitting) {
    TestCluster cluster = threeZones();
    for (int zone = 0; zone < 3; zone++) {
      for (int i = '0'; i < pods.charAt(zone); i++) {
        cluster.podOn("abc".substring(zone, zone + 1), "metadata: {labels: {app: web}}");
      }
    }

    String zones = fitting == null ? "" : fitting;
    Map<String, String> expected = new TreeMap<>();
    for (String zone : List.of("a", "b", "c")) {
      expected.put(zone, zones.contains(zone) ? "fits" : TOO_MANY);
    }
    assertThat(
            cluster.verdicts(
                "metadata: {labels: {app: web, new: y}}, "
                    + spread("{topologyKey: zone, " + constraint + "}")))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # a pod in zone a                                                              | counts
          metadata: {labels: {app: web}}                                                 | yes
          metadata: {labels: {app: web}}, status: {phase: Pending}                       | yes
          metadata: {labels: {app: web}, deletionTimestamp: now}                         | no
          metadata: {labels: {app: web}}, status: {phase: Succeeded}                     | no
          metadata: {labels: {app: web}, namespace: other}                               | no
          metadata: {labels: {app: api}}                                                 | no
          """)
  void whichPodsCount(String pod, String counts) {
    TestCluster cluster = threeZones().podOn("a", pod);

    assertThat(cluster.verdicts(WEB_SPREAD_OVER_ZONES).get("a"))
        .isEqualTo(counts.equals("yes") ? TOO_MANY : "fits");
  }

  /**
   * The pod must be on a node with disk=ssd; zone b has none, and one web pod runs in each of a and
   * c.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # policies of the constraint                            | the emptiest zone   | zones a and c
          nodeAffinityPolicy: Honor                               | is not b            | fit
                                                                  | is not b            | fit
          nodeAffinityPolicy: Ignore                              | is b                | do not
          """)
  void nodesThatTheAffinityExcludesAreNoDomainsUnlessThePolicySaysSo(
      String policy, String reading, String fit) {
    TestCluster cluster =
        new TestCluster()
            .node("a", "metadata: {labels: {zone: a, disk: ssd}}")
            .node("b", "metadata: {labels: {zone: b}}")
            .node("c", "metadata: {labels: {zone: c, disk: ssd}}")
            .podOn("a", "metadata: {labels: {app: web}}")
            .podOn("c", "metadata: {labels: {app: web}}");
    String constraint =
        "{topologyKey: zone, maxSkew: 1, labelSelector: {matchLabels: {app: web}}, "
            + orNothing(policy)
            + "}";

    Map<String, String> verdicts =
        cluster.verdicts(
            "metadata: {labels: {app: web}}, spec: {nodeSelector: {disk: ssd}, topologySpreadConstraints: ["
                + hard(constraint)
                + "]}");

    assertThat(verdicts.get("a")).as(reading).isEqualTo(fit.equals("fit") ? "fits" : TOO_MANY);
    assertThat(verdicts.get("c")).as(reading).isEqualTo(fit.equals("fit") ? "fits" : TOO_MANY);
  }

  @Test
  void taintedNodesAreDomainsUnlessThePolicySaysOtherwise() {
    TestCluster cluster =
        threeZones()
            .node(
                "d",
                "metadata: {labels: {zone: d}}, spec: {taints: [{key: spot, effect: NoSchedule}]}")
            .podOn("a", "metadata: {labels: {app: web}}")
            .podOn("b", "metadata: {labels: {app: web}}")
            .podOn("c", "metadata: {labels: {app: web}}");
    String constraint =
        "{topologyKey: zone, maxSkew: 1, labelSelector: {matchLabels: {app: web}}, nodeTaintsPolicy: %s}";

    assertThat(cluster.verdicts(web(spread(constraint.formatted("Ignore")))).get("a"))
        .isEqualTo(TOO_MANY);
    assertThat(cluster.verdicts(web(spread(constraint.formatted("Honor")))).get("a"))
        .isEqualTo("fits");
  }

  @Test
  void aNodeWithoutTheKeyIsOutAndItsPodsCountNowhere() {
    TestCluster cluster = threeZones().node("d", "").podOn("d", "metadata: {labels: {app: web}}");

    assertThat(cluster.verdicts(WEB_SPREAD_OVER_ZONES))
        .isEqualTo(Map.of("a", "fits", "b", "fits", "c", "fits", "d", NO_KEY));
  }

  @Test
  void aNodeCountsOnlyIfItHasTheKeysOfAllConstraints() {
    TestCluster cluster =
        new TestCluster()
            .node("a", "metadata: {labels: {zone: a}}")
            .node("b", "metadata: {labels: {zone: b, rack: r}}")
            .node("c", "metadata: {labels: {zone: b, rack: s}}")
            .podOn("b", "metadata: {labels: {app: web}}");
    String two =
        web(
            "spec: {topologySpreadConstraints: ["
                + hard("{topologyKey: zone, maxSkew: 1, labelSelector: {matchLabels: {app: web}}}")
                + ","
                + hard("{topologyKey: rack, maxSkew: 1, labelSelector: {matchLabels: {app: web}}}")
                + "]}");

    assertThat(cluster.verdicts(two))
        .as("zone a, empty as it is, is no domain: b is the emptiest zone")
        .isEqualTo(Map.of("a", NO_KEY, "b", TOO_MANY, "c", "fits"));
  }

  @Test
  void theFirstConstraintThatFailsGivesTheReason() {
    TestCluster cluster = threeZones().podOn("a", "metadata: {labels: {app: web}}");
    String zone = hard("{topologyKey: zone, maxSkew: 1, labelSelector: {matchLabels: {app: web}}}");
    String rack = hard("{topologyKey: rack, maxSkew: 1, labelSelector: {matchLabels: {app: web}}}");

    assertThat(
            cluster
                .verdicts(web("spec: {topologySpreadConstraints: [" + rack + "," + zone + "]}"))
                .get("a"))
        .isEqualTo(NO_KEY);
    assertThat(
            cluster
                .verdicts(web("spec: {topologySpreadConstraints: [" + zone + "," + rack + "]}"))
                .get("a"))
        .as("no node has both keys, so nothing is counted")
        .isEqualTo(NO_KEY);
  }

  @Test
  void theEmptyValueIsADomain() {
    TestCluster cluster =
        new TestCluster()
            .node("a", "metadata: {labels: {zone: ''}}")
            .node("b", "metadata: {labels: {zone: b}}")
            .podOn("a", "metadata: {labels: {app: web}}");

    assertThat(cluster.verdicts(WEB_SPREAD_OVER_ZONES))
        .isEqualTo(Map.of("a", TOO_MANY, "b", "fits"));
  }

  @Test
  void softConstraintsRejectNothing() {
    TestCluster cluster = threeZones().podOn("a", "metadata: {labels: {app: web}}");

    assertThat(
            cluster.verdict(
                web(
                    """
                    spec: {topologySpreadConstraints: [{topologyKey: zone, maxSkew: 1,
                      whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}]}
                    """)))
        .isEqualTo("fits");
  }

  private static TestCluster threeZones() {
    return new TestCluster()
        .node("a", "metadata: {labels: {zone: a}}")
        .node("b", "metadata: {labels: {zone: b}}")
        .node("c", "metadata: {labels: {zone: c}}");
  }

  private static String web(String spec) {
    return "metadata: {labels: {app: web}}, " + spec;
  }

  private static String spread(String constraint) {
    return "spec: {topologySpreadConstraints: [" + hard(constraint) + "]}";
  }

  private static String hard(String constraint) {
    return constraint.replaceFirst("\\{", "{whenUnsatisfiable: DoNotSchedule, ");
  }

  private static String orNothing(String text) {
    return text == null ? "" : text;
  }
}
