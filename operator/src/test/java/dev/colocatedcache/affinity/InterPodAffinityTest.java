package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterPodAffinityTest {

  private static final String NOT_NEAR =
      "InterPodAffinity: node(s) didn't match pod affinity rules, UnschedulableAndUnresolvable";
  private static final String TOO_NEAR =
      "InterPodAffinity: node(s) didn't match pod anti-affinity rules, Unschedulable";
  private static final String REPELLED =
      "InterPodAffinity: node(s) didn't satisfy existing pods anti-affinity rules, Unschedulable";

  private static final String REDIS = "metadata: {labels: {app: redis}}";

  @Test
  void affinityIsToADomainWithSuchAPod() {
    TestCluster cluster = twoZones().podOn("a1", REDIS).node("nowhere", "").podOn("nowhere", REDIS);

    assertThat(
            cluster.verdicts(
                near("{topologyKey: zone, labelSelector: {matchLabels: {app: redis}}}")))
        .isEqualTo(
            Map.of(
                "a1", "fits", "a2", "fits", "b1", NOT_NEAR, "b2", NOT_NEAR, "nowhere", NOT_NEAR));
  }

  @Test
  void antiAffinityIsToEveryDomainWithSuchAPodAndNodesWithoutTheKeyAreInNone() {
    TestCluster cluster = twoZones().podOn("a1", REDIS).node("nowhere", "").podOn("nowhere", REDIS);

    assertThat(
            cluster.verdicts(
                apart("{topologyKey: zone, labelSelector: {matchLabels: {app: redis}}}")))
        .isEqualTo(
            Map.of("a1", TOO_NEAR, "a2", TOO_NEAR, "b1", "fits", "b2", "fits", "nowhere", "fits"));
  }

  @Test
  void existingPodsKeepOthersOutOfTheirDomains() {
    TestCluster cluster =
        twoZones()
            .podOn(
                "a1",
                REDIS
                    + ", "
                    + apart("{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}"));

    assertThat(cluster.verdicts("metadata: {labels: {app: web}}"))
        .isEqualTo(Map.of("a1", REPELLED, "a2", REPELLED, "b1", "fits", "b2", "fits"));
    assertThat(cluster.verdicts("metadata: {labels: {app: api}}").values()).containsOnly("fits");
  }

  @Test
  void theAffinityOfExistingPodsIsNotEnforced() {
    TestCluster cluster =
        twoZones()
            .podOn(
                "a1",
                REDIS
                    + ", "
                    + near("{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}"));

    assertThat(cluster.verdicts("metadata: {labels: {app: web}}").values()).containsOnly("fits");
  }

  @Test
  void affinityComesBeforeAntiAffinityAndOwnBeforeThatOfOthers() {
    TestCluster cluster =
        twoZones()
            .podOn(
                "a1",
                REDIS
                    + ", "
                    + apart("{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}"));
    String toRedis = "{topologyKey: zone, labelSelector: {matchLabels: {app: redis}}}";

    assertThat(cluster.verdicts(web(both(toRedis, toRedis))))
        .isEqualTo(Map.of("a1", TOO_NEAR, "a2", TOO_NEAR, "b1", NOT_NEAR, "b2", NOT_NEAR));
    assertThat(cluster.verdicts(web(near(toRedis))).get("a1")).isEqualTo(REPELLED);
  }

  @Test
  void onlyAPodThatMatchesAllAffinityTermsCountsForAnyOfThem() {
    TestCluster cluster =
        twoZones()
            .podOn("a1", "metadata: {labels: {app: redis}}")
            .podOn("a1", "metadata: {labels: {tier: back}}")
            .podOn("b1", "metadata: {labels: {app: redis, tier: back}}");

    assertThat(
            cluster.verdicts(
                near(
                    """
                    {topologyKey: zone, labelSelector: {matchLabels: {app: redis}}},
                    {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {tier: back}}}
                    """)))
        .isEqualTo(Map.of("a1", NOT_NEAR, "a2", NOT_NEAR, "b1", "fits", "b2", NOT_NEAR));
  }

  @Test
  void eachAntiAffinityTermIsByItself() {
    TestCluster cluster =
        twoZones()
            .podOn("a1", "metadata: {labels: {app: redis}}")
            .podOn("b1", "metadata: {labels: {tier: back}}");

    assertThat(
            cluster.verdicts(
                apart(
                    """
                    {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: redis}}},
                    {topologyKey: zone, labelSelector: {matchLabels: {tier: back}}}
                    """)))
        .isEqualTo(Map.of("a1", TOO_NEAR, "a2", "fits", "b1", TOO_NEAR, "b2", TOO_NEAR));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # what runs on a1, if anything                     | the affinity term of a pod with app=web                                      | may be the first
                                                             | {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}                | yes
          metadata: {labels: {app: redis}}                   | {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}                | yes
          metadata: {labels: {app: web}}                     | {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}                | no
          metadata: {labels: {app: web}, namespace: other}   | {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}                | yes
                                                             | {topologyKey: zone, labelSelector: {matchLabels: {app: redis}}}              | no
                                                             | {topologyKey: rack, labelSelector: {matchLabels: {app: web}}}                | no
                                                             | {topologyKey: zone, namespaces: [other], labelSelector: {matchLabels: {app: web}}} | no
                                                             | {topologyKey: zone}                                                          | no
                                                             | {topologyKey: zone, labelSelector: {}}                                       | yes
          """)
  void theFirstOfItsKindMayGoAnywhereThatHasTheDomain(String existing, String term, String first) {
    TestCluster cluster = twoZones();
    if (existing != null) {
      cluster.podOn("a1", existing);
    }

    assertThat(cluster.verdicts(web(near(term))).get("b1"))
        .isEqualTo(first.equals("yes") ? "fits" : NOT_NEAR);
  }

  @Test
  void suchAPodOnANodeWithoutTheKeyLeavesThePodTheFirst() {
    TestCluster cluster =
        twoZones().node("nowhere", "").podOn("nowhere", "metadata: {labels: {app: web}}");

    assertThat(
            cluster
                .verdicts(
                    web(near("{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}")))
                .get("a1"))
        .isEqualTo("fits");
  }

  /**
   * A pod with app=redis runs in the namespace other, which has team=data; the asking pod is in
   * shop.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # the term, but for its key                                                                              | finds it
          labelSelector: {matchLabels: {app: redis}}                                                               | no
          labelSelector: {matchLabels: {app: redis}}, namespaces: [other]                                          | yes
          labelSelector: {matchLabels: {app: redis}}, namespaces: [shop]                                           | no
          labelSelector: {matchLabels: {app: redis}}, namespaceSelector: {}                                        | yes
          labelSelector: {matchLabels: {app: redis}}, namespaceSelector: {matchLabels: {team: data}}               | yes
          labelSelector: {matchLabels: {app: redis}}, namespaceSelector: {matchLabels: {team: web}}                | no
          labelSelector: {matchLabels: {app: redis}}, namespaces: [other], namespaceSelector: {matchLabels: {team: web}} | yes
          labelSelector: {matchLabels: {app: redis}}, namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]} | yes
          labelSelector: {matchLabels: {app: redis}}, namespaceSelector: {matchExpressions: [{key: none, operator: DoesNotExist}]} | yes
          # matched against no labels at all as well, whatever the namespace has
          labelSelector: {matchLabels: {app: redis}}, namespaceSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]} | yes
          labelSelector: {matchLabels: {app: redis}}, namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [data]}]} | yes
          labelSelector: {}, namespaces: [other]                                                                   | yes
          namespaces: [other]                                                                                      | no
          # the scheduler does not read these: the API server has merged them
          labelSelector: {matchLabels: {app: redis}}, namespaces: [other], matchLabelKeys: [app]                   | yes
          """)
  void whereATermLooks(String term, String finds) {
    TestCluster cluster =
        twoZones()
            .namespace("shop", "team: web")
            .namespace("other", "team: data")
            .podOn("a1", "metadata: {namespace: other, labels: {app: redis}}");

    assertThat(cluster.verdicts(web(apart("{topologyKey: zone, " + term + "}"))).get("a1"))
        .isEqualTo(finds.equals("yes") ? TOO_NEAR : "fits");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # namespaces of a term of a pod in the namespace other             | repels a pod in shop, which has team=web
                                                                             | no
          namespaces: [shop]                                                 | yes
          namespaceSelector: {}                                              | yes
          namespaceSelector: {matchLabels: {team: web}}                      | yes
          namespaceSelector: {matchLabels: {team: data}}                     | no
          namespaceSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]} | no
          """)
  void whomExistingPodsRepel(String namespaces, String repels) {
    TestCluster cluster =
        twoZones()
            .namespace("shop", "team: web")
            .namespace("other", "team: data")
            .podOn(
                "a1",
                "metadata: {namespace: other}, "
                    + apart(
                        "{topologyKey: zone, labelSelector: {}, "
                            + (namespaces == null ? "" : namespaces)
                            + "}"));

    assertThat(cluster.verdicts("").get("a1")).isEqualTo(repels.equals("yes") ? REPELLED : "fits");
  }

  @Test
  void terminatingPodsCountAndEndedOnesDoNot() {
    TestCluster cluster =
        twoZones()
            .podOn("a1", "metadata: {labels: {app: redis}, deletionTimestamp: now}")
            .podOn("b1", "metadata: {labels: {app: redis}}, status: {phase: Failed}");

    assertThat(
            cluster.verdicts(
                apart("{topologyKey: zone, labelSelector: {matchLabels: {app: redis}}}")))
        .isEqualTo(Map.of("a1", TOO_NEAR, "a2", TOO_NEAR, "b1", "fits", "b2", "fits"));
  }

  @Test
  void theTermsOfAStoredPodThatCannotBeReadAreLeftOut() {
    TestCluster cluster =
        twoZones()
            .podOn(
                "a1",
                apart(
                    "{topologyKey: zone, labelSelector: {matchExpressions: [{key: app, operator: Bogus}]}}"));

    assertThat(cluster.verdicts("").get("a1")).isEqualTo("fits");
  }

  private static TestCluster twoZones() {
    return new TestCluster()
        .node("a1", "metadata: {labels: {zone: a}}")
        .node("a2", "metadata: {labels: {zone: a}}")
        .node("b1", "metadata: {labels: {zone: b}}")
        .node("b2", "metadata: {labels: {zone: b}}");
  }

  private static String web(String spec) {
    return "metadata: {labels: {app: web}}, " + spec;
  }

  private static String near(String terms) {
    return "spec: {affinity: {" + affinity("podAffinity", terms) + "}}";
  }

  private static String apart(String terms) {
    return "spec: {affinity: {" + affinity("podAntiAffinity", terms) + "}}";
  }

  private static String both(String near, String apart) {
    return "spec: {affinity: {"
        + affinity("podAffinity", near)
        + ", "
        + affinity("podAntiAffinity", apart)
        + "}}";
  }

  private static String affinity(String kind, String terms) {
    return kind + ": {requiredDuringSchedulingIgnoredDuringExecution: [" + terms + "]}";
  }
}
