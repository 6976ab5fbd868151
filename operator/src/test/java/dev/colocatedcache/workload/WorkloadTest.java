package dev.colocatedcache.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.colocatedcache.api.v1alpha1.ColocatedCache;
import dev.colocatedcache.api.v1alpha1.ColocatedCacheSpec;
import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.api.v1alpha1.RoleSpec;
import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A ColocatedCache asks for")
final class WorkloadTest {
  private static final String UID = "0c5f6a4e-1111-4222-8333-444455556666";

  /** The least that can be written: both templates with one container that declares no port. */
  private static final String LEAST =
      """
      apiVersion: colocatedcache.dev/v1alpha1
      kind: ColocatedCache
      metadata: {name: shop, namespace: prod, uid: 0c5f6a4e-1111-4222-8333-444455556666}
      spec:
        service: {template: {spec: {containers: [{name: web, image: nginx}]}}}
        cache: {template: {spec: {containers: [{name: redis, image: redis}]}}}
      """;

  private static ColocatedCache cc(String yaml) {
    return Yaml.read(yaml, ColocatedCache.class);
  }

  private static ColocatedCache story(String name) {
    ColocatedCache cc = Yaml.read(Yaml.file("samples/" + name), ColocatedCache.class);
    cc.getMetadata().setUid(UID);
    return cc;
  }

  private static List<HasMetadata> children(ColocatedCache cc, int pairs) {
    Workload workload = Workload.of(cc);
    return Stream.of(Role.values())
        .<HasMetadata>flatMap(
            role ->
                Stream.concat(
                    Stream.of(workload.deployment(role, pairs, Rollout.REPLACE)),
                    Stream.concat(
                        workload.service(role).stream(), workload.disruptionBudget(role).stream())))
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {"checkout-cache-follows-service.yaml", "checkout-service-follows-cache.yaml"})
  @DisplayName(
      "exactly the manifests of its story, with nothing that the server fills in but a port's protocol")
  void stories(String name) {
    assertThat(children(story(name), 2).stream().<Object>map(Yaml::tree))
        .isEqualTo(
            Yaml.documents(
                Yaml.file("operator/src/test/resources/dev/colocatedcache/workload/" + name)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"checkout-cache-follows-service.yaml", "checkout-service-follows-cache.yaml"})
  @DisplayName("the same text every time, and stays as it was")
  void deterministicAndPure(String name) {
    ColocatedCache cc = story(name);
    String before = Yaml.text(cc);

    String first = Yaml.text(children(cc, 2));

    assertThat(Yaml.text(children(cc, 2))).isEqualTo(first);
    assertThat(Yaml.text(children(story(name), 2))).isEqualTo(first);
    assertThat(Yaml.text(cc)).isEqualTo(before);
  }

  @Test
  @DisplayName("the cache first and a pair a node, unless it says otherwise")
  void defaults() {
    Workload workload = Workload.of(cc(LEAST));

    assertThat(workload.topologyKey()).isEqualTo("kubernetes.io/hostname");
    assertThat(workload.anchor()).isSameAs(workload.role(Role.CACHE));
    assertThat(workload.follower()).isSameAs(workload.role(Role.SERVICE));
    assertThat(workload.anchor().anchor()).isTrue();
    assertThat(workload.follower().anchor()).isFalse();
  }

  @Test
  @DisplayName("as much of a rollout and of evictions at once as it says, and no budget for None")
  void disruption() {
    Workload said =
        Workload.of(
            cc(
                LEAST
                    + """
                        updateStrategy: {maxUnavailable: 25%, progressDeadlineSeconds: 90}
                        disruptionBudget: {maxUnavailable: 2}
                      """));
    Workload none = Workload.of(cc(LEAST + "  disruptionBudget: {mode: None}\n"));

    for (Role role : Role.values()) {
      var spec = said.deployment(role, 3, new Rollout(true, false)).getSpec();
      assertThat(spec.getStrategy().getRollingUpdate().getMaxUnavailable().getStrVal())
          .isEqualTo("25%");
      assertThat(spec.getStrategy().getRollingUpdate().getMaxSurge().getIntVal()).isZero();
      assertThat(spec.getProgressDeadlineSeconds()).isEqualTo(90);
      assertThat(spec.getPaused()).isTrue();
      assertThat(said.disruptionBudget(role))
          .get()
          .satisfies(
              budget -> {
                assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(2);
                assertThat(budget.getSpec().getMinAvailable()).isNull();
              });
      assertThat(none.deployment(role, 3, Rollout.REPLACE).getSpec().getPaused()).isNull();
      assertThat(none.disruptionBudget(role)).isEmpty();
    }
  }

  @Test
  @DisplayName("a rollout that surges adds as many as may be away, and takes none away")
  void surges() {
    Workload workload =
        Workload.of(cc(LEAST + "  updateStrategy: {type: Surge, maxUnavailable: 25%}\n"));

    assertThat(workload.surges()).isTrue();
    for (Role role : Role.values()) {
      var surge = workload.deployment(role, 3, new Rollout(false, true)).getSpec().getStrategy();
      assertThat(surge.getRollingUpdate().getMaxSurge().getStrVal()).isEqualTo("25%");
      assertThat(surge.getRollingUpdate().getMaxUnavailable().getIntVal()).isZero();
      var replace = workload.deployment(role, 3, Rollout.REPLACE).getSpec().getStrategy();
      assertThat(replace.getRollingUpdate().getMaxSurge().getIntVal()).isZero();
      assertThat(replace.getRollingUpdate().getMaxUnavailable().getStrVal()).isEqualTo("25%");
    }
  }

  @Test
  @DisplayName("a scheduling gate on anchors alone, and only where pairing is Guaranteed")
  void gates() {
    Workload bestEffort = Workload.of(cc(LEAST));
    Workload guaranteed = Workload.of(cc(LEAST + "  placement: {pairing: Guaranteed}\n"));

    assertThat(bestEffort.anchor().template().getSpec().getSchedulingGates()).isEmpty();
    assertThat(guaranteed.follower().template().getSpec().getSchedulingGates()).isEmpty();
    assertThat(guaranteed.anchor().template().getSpec().getSchedulingGates())
        .extracting(gate -> gate.getName())
        .containsExactly("colocatedcache.dev/pair");
  }

  @ParameterizedTest(name = "topology key {0}, policy {1}")
  @CsvSource({
    "kubernetes.io/hostname, , PreferSameNode, ",
    "kubernetes.io/hostname, SameNode, , Local",
    "kubernetes.io/hostname, Cluster, , ",
    "topology.kubernetes.io/zone, , PreferSameZone, ",
    "topology.kubernetes.io/zone, Cluster, , ",
    "rack, , , ",
  })
  @DisplayName("traffic to the cache as near as it says, or as its topology key allows")
  void traffic(String topologyKey, String policy, String distribution, String internal) {
    Workload workload =
        Workload.of(
            cc(
                LEAST
                        .replace("{name: redis, ", "{name: redis, ports: [{containerPort: 6379}], ")
                        .replace("{name: web, ", "{name: web, ports: [{containerPort: 80}], ")
                    + "  placement: {topologyKey: %s}\n".formatted(topologyKey)
                    + (policy == null ? "" : "  traffic: {policy: %s}\n".formatted(policy))));

    assertThat(workload.service(Role.CACHE).orElseThrow().getSpec())
        .extracting(ServiceSpec::getTrafficDistribution, ServiceSpec::getInternalTrafficPolicy)
        .containsExactly(distribution, internal);
    assertThat(workload.service(Role.SERVICE).orElseThrow().getSpec())
        .extracting(ServiceSpec::getTrafficDistribution, ServiceSpec::getInternalTrafficPolicy)
        .containsOnlyNulls();
  }

  @Test
  @DisplayName("the cache's address in the service's containers, where the cache has a Service")
  void address() {
    String ports = "[{name: redis, port: 6000, targetPort: 6379}, {name: metrics, port: 9121}]";
    String two = LEAST.replace("cache: {template", "cache: {ports: " + ports + ", template");

    assertThat(Workload.of(cc(two)).role(Role.SERVICE).template().getSpec().getContainers())
        .singleElement()
        .satisfies(
            web ->
                assertThat(web.getEnv())
                    .extracting(variable -> variable.getName() + "=" + variable.getValue())
                    .containsExactly("CACHE_HOST=shop-cache", "CACHE_PORT=6000"));
    for (Workload other :
        List.of(Workload.of(cc(LEAST)), Workload.of(cc(two.replace(ports, "[]"))))) {
      assertThat(other.role(Role.SERVICE).template().getSpec().getContainers().get(0).getEnv())
          .isEmpty();
    }
    assertThat(Workload.of(cc(two)).role(Role.CACHE).template().getSpec().getContainers())
        .allSatisfy(redis -> assertThat(redis.getEnv()).isEmpty());
  }

  @Test
  @DisplayName("no other service pods where the cache's ports change in what does not concern them")
  void otherPorts() {
    String ports = "[{name: redis, port: 6379}]";
    String one = LEAST.replace("cache: {template", "cache: {ports: " + ports + ", template");
    String more =
        one.replace(
            ports, "[{name: tcp, port: 6379, targetPort: redis}, {name: metrics, port: 9121}]");

    assertThat(Workload.of(cc(more)).role(Role.SERVICE).template())
        .isEqualTo(Workload.of(cc(one)).role(Role.SERVICE).template());
  }

  @Test
  @DisplayName("a readiness gate on service pods that need a cache beside them, once")
  void readinessGate() {
    String required = LEAST + "  traffic: {requireLocalCache: true}\n";
    String already =
        required.replace(
            "containers: [{name: web",
            "readinessGates: [{conditionType: colocatedcache.dev/local-cache}], containers: [{name:"
                + " web");

    assertThat(Workload.of(cc(LEAST)).role(Role.SERVICE).template().getSpec().getReadinessGates())
        .isEmpty();
    for (String yaml : List.of(required, already)) {
      Workload workload = Workload.of(cc(yaml));
      assertThat(workload.role(Role.SERVICE).template().getSpec().getReadinessGates())
          .extracting(PodReadinessGate::getConditionType)
          .containsExactly("colocatedcache.dev/local-cache");
      assertThat(workload.role(Role.CACHE).template().getSpec().getReadinessGates()).isEmpty();
      assertThat(workload.deployment(Role.CACHE, 1, Rollout.REPLACE).getSpec().getMinReadySeconds())
          .as("the service beside it is Ready again before the next cache goes")
          .isEqualTo(5);
      assertThat(
              workload.deployment(Role.SERVICE, 1, Rollout.REPLACE).getSpec().getMinReadySeconds())
          .isNull();
    }
    String deadline = required + "  updateStrategy: {progressDeadlineSeconds: 2}\n";
    assertThat(
            Workload.of(cc(deadline))
                .deployment(Role.CACHE, 1, Rollout.REPLACE)
                .getSpec()
                .getMinReadySeconds())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"Cache, CACHE", "Service, SERVICE"})
  @DisplayName("the anchor that it names")
  void anchor(String written, Role first) {
    Workload workload =
        Workload.of(
            cc(LEAST + "  placement: {anchor: %s, topologyKey: rack}\n".formatted(written)));

    assertThat(workload.anchor().role()).isEqualTo(first);
    assertThat(workload.follower().role()).isEqualTo(first.other());
    assertThat(workload.topologyKey()).isEqualTo("rack");
  }

  @Test
  @DisplayName("names and components after the ColocatedCache and the roles, where it gives none")
  void defaultNames() {
    Workload workload = Workload.of(cc(LEAST));

    assertThat(workload.role(Role.SERVICE))
        .extracting(RoleModel::name, RoleModel::namespace, RoleModel::component)
        .containsExactly("shop", "prod", "service");
    assertThat(workload.role(Role.CACHE))
        .extracting(RoleModel::name, RoleModel::namespace, RoleModel::component)
        .containsExactly("shop-cache", "prod", "cache");
    assertThat(workload.role(Role.CACHE).selector())
        .containsExactly(
            entry("app.kubernetes.io/instance", "shop"),
            entry("app.kubernetes.io/component", "cache"));
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  @DisplayName("as many pods of each role as are granted, none too")
  void replicas(Role role) {
    Workload workload = Workload.of(cc(LEAST));

    assertThat(workload.deployment(role, 0, Rollout.REPLACE).getSpec().getReplicas()).isZero();
    assertThat(workload.deployment(role, 7, Rollout.REPLACE).getSpec().getReplicas()).isEqualTo(7);
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  @DisplayName("no Service where no container declares a port, or the ports are an empty list")
  void noPortsNoService(Role role) {
    assertThat(Workload.of(cc(LEAST)).service(role)).isEmpty();

    ColocatedCache emptyLists = story("checkout-service-follows-cache.yaml");
    String none =
        Yaml.text(emptyLists)
            .replace("    name: \"checkout\"\n    template", "    ports: []\n    template")
            .replace("    name: \"checkout-redis\"\n    template", "    ports: []\n    template");
    assertThat(Workload.of(cc(none)).service(role)).isEmpty();
  }

  @Test
  @DisplayName("the Service ports that it writes, in place of those that the containers declare")
  void ownPorts() {
    String yaml =
        LEAST.replace(
            "  cache: {template",
            "  cache: {ports: [{name: tls, port: 6380, targetPort: 6379, appProtocol: redis},"
                + " {name: bus, port: 16379, protocol: UDP}], template");

    assertThat(
            Workload.of(cc(yaml)).service(Role.CACHE).orElseThrow().getSpec().getPorts().stream()
                .<Object>map(Yaml::tree))
        .isEqualTo(
            Yaml.read(
                """
                    - {name: tls, port: 6380, targetPort: 6379, appProtocol: redis, protocol: TCP}
                    - {name: bus, port: 16379, protocol: UDP}
                    """,
                List.class));
  }

  @Nested
  @DisplayName("a template that")
  class Template {
    /** A template as someone might write it who uses everything, future fields included. */
    private static final String RICH =
        """
        apiVersion: colocatedcache.dev/v1alpha1
        kind: ColocatedCache
        metadata: {name: shop, namespace: prod}
        spec:
          service:
            template:
              metadata:
                name: ignored-by-deployments
                labels: {team: payments, app.kubernetes.io/part-of: store, app.kubernetes.io/managed-by: me}
                annotations: {prometheus.io/scrape: "true"}
                futureMeta: {a: 1}
              futureTemplate: [1, 2]
              spec:
                futureSpec: {deep: {deeper: true}}
                terminationGracePeriodSeconds: 0
                nodeSelector: {disk: ssd}
                tolerations: [{key: dedicated, operator: Exists, futureToleration: x}]
                affinity:
                  futureAffinity: 1
                  nodeAffinity:
                    preferredDuringSchedulingIgnoredDuringExecution:
                      - {weight: 1, preference: {matchExpressions: [{key: disk, operator: Exists}]}}
                  podAntiAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                      - {labelSelector: {}, namespaces: [noisy], topologyKey: rack, futureTerm: y}
                initContainers:
                  - {name: proxy, image: envoy, restartPolicy: Always, futureContainer: {b: 2}}
                containers:
                  - name: web
                    image: nginx
                    command: []
                    env: [{name: EMPTY, value: ""}, {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
                    resources: {requests: {cpu: 0.5, memory: 1Gi}, limits: {cpu: 1}}
                    securityContext: {}
                    volumeMounts: [{name: tmp, mountPath: /tmp, readOnly: false}]
                volumes: [{name: tmp, emptyDir: {}}, {name: new, futureVolume: {c: 3}}]
          cache:
            template: {spec: {containers: [{name: redis, image: redis}]}}
        """;

    @Test
    @DisplayName("uses everything reaches the Deployment whole, with terms and labels added")
    void whole() {
      String expected =
          Yaml.text(cc(RICH).getSpec().service().template())
              .replace(
                  "    team: \"payments\"\n",
                  """
                      team: "payments"
                      app.kubernetes.io/name: "shop"
                      app.kubernetes.io/instance: "shop"
                      app.kubernetes.io/component: "service"
                      colocatedcache.dev/role: "service"
                  """)
              .replace(
                  "    podAntiAffinity:\n",
                  """
                      podAffinity:
                        requiredDuringSchedulingIgnoredDuringExecution:
                        - labelSelector:
                            matchLabels:
                              app.kubernetes.io/instance: "shop"
                              app.kubernetes.io/component: "cache"
                          topologyKey: "kubernetes.io/hostname"
                      podAntiAffinity:
                  """)
              .replace(
                  "        futureTerm: \"y\"\n",
                  """
                          futureTerm: "y"
                        - labelSelector:
                            matchLabels:
                              app.kubernetes.io/instance: "shop"
                              app.kubernetes.io/component: "service"
                          topologyKey: "kubernetes.io/hostname"
                  """);

      Object template =
          Workload.of(cc(RICH))
              .deployment(Role.SERVICE, 1, Rollout.REPLACE)
              .getSpec()
              .getTemplate();

      assertThat(Yaml.tree(template)).isEqualTo(Yaml.read(expected, Map.class));
      assertThat(expected).contains("futureMeta", "futureTemplate", "futureVolume", "futureTerm");
    }

    @Test
    @DisplayName("has common labels of its own keeps them; the children are the operator's")
    void ownCommonLabels() {
      var deployment = Workload.of(cc(RICH)).deployment(Role.SERVICE, 1, Rollout.REPLACE);

      assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
          .containsEntry("app.kubernetes.io/part-of", "store")
          .containsEntry("app.kubernetes.io/managed-by", "me");
      assertThat(deployment.getMetadata().getLabels())
          .containsEntry("app.kubernetes.io/part-of", "store")
          .containsEntry("app.kubernetes.io/managed-by", "colocatedcache-operator")
          .doesNotContainKey("team");
    }

    @Test
    @DisplayName("is already what the operator would make is left as it is")
    void idempotent() {
      ColocatedCache once = story("checkout-service-follows-cache.yaml");
      Workload made = Workload.of(once);
      ColocatedCache again = story("checkout-service-follows-cache.yaml");
      again.setSpec(
          new ColocatedCacheSpec(
              2,
              1,
              new RoleSpec("checkout", made.role(Role.SERVICE).template(), null),
              new RoleSpec("checkout-redis", made.role(Role.CACHE).template(), null),
              null,
              null,
              null,
              null,
              null));

      assertThat(Yaml.text(children(again, 2))).isEqualTo(Yaml.text(children(once, 2)));
    }

    @Test
    @DisplayName("has affinity of its own in one half leaves the other half alone")
    void halvesAreApart() {
      Affinity cache = Workload.of(cc(RICH)).role(Role.CACHE).template().getSpec().getAffinity();

      assertThat(cache.getPodAffinity()).isNull();
      assertThat(cache.getNodeAffinity()).isNull();
      assertThat(cache.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution())
          .extracting(PodAffinityTerm::getTopologyKey)
          .containsExactly("kubernetes.io/hostname");
    }
  }

  @Nested
  @DisplayName("nothing, and says what to change, when")
  class Refused {
    private static void refused(String yaml, String sentence) {
      assertThatThrownBy(() -> Workload.of(cc(yaml)))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessage(sentence);
    }

    @Test
    @DisplayName("there is no spec")
    void noSpec() {
      refused(
          LEAST.substring(0, LEAST.indexOf("spec:")),
          "spec is missing: set spec.service and spec.cache");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{template: {}}", "{template: {metadata: {}}}"})
    @DisplayName("a role has no pod")
    void noPod(String cache) {
      refused(
          LEAST.replaceFirst("cache: .*", "cache: " + cache),
          "spec.cache.template.spec is missing: write there what the pods are made of");
    }

    @Test
    @DisplayName("both roles have one name")
    void oneName() {
      refused(
          LEAST.replace("  cache: {", "  cache: {name: shop, "),
          "service and cache would both be named shop: set spec.service.name and spec.cache.name"
              + " to different names");
    }

    @Test
    @DisplayName("both roles have one component, by default too")
    void oneComponent() {
      refused(
          LEAST.replace(
              "  cache: {template: {",
              "  cache: {template: {metadata: {labels: {app.kubernetes.io/component: service}}, "),
          "service and cache would both carry the label app.kubernetes.io/component: service: give"
              + " the two templates different values, or leave the label out");
    }

    @ParameterizedTest
    @CsvSource({
      "app.kubernetes.io/instance, other, shop",
      "colocatedcache.dev/role, service, cache"
    })
    @DisplayName("a template contradicts a label that selectors rely on")
    void contradiction(String label, String own, String generated) {
      refused(
          LEAST.replace(
              "  cache: {template: {",
              "  cache: {template: {metadata: {labels: {%s: %s}}, ".formatted(label, own)),
          ("spec.cache.template has the label %s: %s, which the operator sets to %s: remove it"
                  + " from the template")
              .formatted(label, own, generated));
    }
  }
}
