package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # a pod's spec as it is written                                                                        | milli-CPU | bytes
          {containers: [{resources: {limits: {cpu: 1, memory: 1Ki}}}]}                                           | 1000      | 1024
          {containers: [{resources: {limits: {cpu: 1, memory: 1Ki}, requests: {cpu: 100m}}}]}                    | 100       | 1024
          {initContainers: [{resources: {limits: {cpu: 1}}}]}                                                    | 1000      | 0
          # each quantity is rounded up to milli by itself
          {containers: [{resources: {requests: {cpu: 100u}}}, {resources: {requests: {cpu: 100u}}}]}             | 2         | 0
          {containers: [{resources: {requests: {cpu: '0.0015'}}}], overhead: {cpu: 100u}}                        | 3         | 0
          # pod-level requests: the containers', or else the pod's limits, if it has any
          {resources: {limits: {cpu: 2, memory: 4Ki}}}                                                           | 2000      | 4096
          {resources: {limits: {cpu: 2, memory: 4Ki}}, containers: [{resources: {requests: {cpu: 1}}}]}          | 1000      | 4096
          {resources: {limits: {cpu: 2}, requests: {cpu: 500m}}, containers: [{resources: {requests: {cpu: 1}}}]} | 500      | 0
          {resources: {limits: {memory: 4Ki}}, containers: [{resources: {requests: {cpu: 1}}}]}                  | 1000      | 4096
          {resources: {requests: {memory: 4Ki}}, containers: [{resources: {requests: {cpu: 1}}}]}                | 1000      | 4096
          """)
  void requests(String spec, long milliCpu, long bytes) {
    Resources requests = admitted("spec: " + spec, AdmissionContext.NONE).shape().requests();

    assertThat(requests.milliCpu).isEqualTo(milliCpu);
    assertThat(requests.memory).isEqualTo(bytes);
  }

  @Test
  void podLevelLimitsOfHugePagesComeFromTheContainers() {
    Resources requests =
        admitted(
                """
                spec: {resources: {limits: {cpu: 1}}, containers: [
                  {resources: {limits: {hugepages-2Mi: 4Mi}}}, {resources: {limits: {hugepages-2Mi: 2Mi}}}]}
                """,
                AdmissionContext.NONE)
            .shape()
            .requests();

    assertThat(requests.scalar("hugepages-2Mi")).isEqualTo(6 << 20);
  }

  @Test
  void hostNetworkMakesContainerPortsHostPorts() {
    String ports =
        "containers: [{ports: [{containerPort: 80}, {containerPort: 81, hostPort: 8081}]}]";

    assertThat(
            admitted("spec: {hostNetwork: true, " + ports + "}", AdmissionContext.NONE)
                .shape()
                .hostPorts())
        .extracting(HostPort::port)
        .containsExactly(80, 8081);
    assertThat(admitted("spec: {" + ports + "}", AdmissionContext.NONE).shape().hostPorts())
        .extracting(HostPort::port)
        .containsExactly(8081);
  }

  /**
   * Which of the taints not-ready and unreachable, both with NoExecute, the pod tolerates in the
   * end.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute}",
        "{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoSchedule}",
        "{operator: Exists}"
      })
  void deadNodesAreToleratedForAWhile(String toleration) {
    IncomingPod pod = admitted("spec: {tolerations: [" + toleration + "]}", AdmissionContext.NONE);

    assertThat(tolerates(pod, "node.kubernetes.io/not-ready", "NoExecute")).isTrue();
    assertThat(tolerates(pod, "node.kubernetes.io/unreachable", "NoExecute")).isTrue();
  }

  @Test
  void noSchedulingOnDeadNodesAllTheSame() {
    IncomingPod pod = admitted("", AdmissionContext.NONE);

    assertThat(tolerates(pod, "node.kubernetes.io/not-ready", "NoSchedule")).isFalse();
  }

  @Test
  void whoDecidedAboutDeadNodesIsLeftAlone() {
    IncomingPod pod =
        admitted(
            "spec: {tolerations: [{key: node.kubernetes.io/not-ready, value: x, effect: NoExecute}]}",
            AdmissionContext.NONE);

    assertThat(tolerates(pod, "node.kubernetes.io/not-ready", "NoExecute")).isFalse();
    assertThat(tolerates(pod, "node.kubernetes.io/unreachable", "NoExecute")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # the term's keys, the pod having app=web, hash=1 and none=null | pods it finds then
          labelSelector: {}, matchLabelKeys: [hash]                 | web-1, api-1
          labelSelector: {}, mismatchLabelKeys: [hash]              | web-2
          labelSelector: {}, matchLabelKeys: [app], mismatchLabelKeys: [hash] | web-2
          labelSelector: {matchLabels: {app: web}}, matchLabelKeys: [hash]    | web-1
          labelSelector: {}, matchLabelKeys: [absent]               | web-1, web-2, api-1
          labelSelector: {}, matchLabelKeys: [none]                 |
          labelSelector: {}, mismatchLabelKeys: [none]              | web-1, web-2, api-1
          matchLabelKeys: [hash]                                    |
          """)
  void labelKeysAreMergedIntoTheSelector(String term, String found) {
    TestCluster cluster =
        new TestCluster()
            .node("web-1", "")
            .node("web-2", "")
            .node("api-1", "")
            .podOn("web-1", "metadata: {labels: {app: web, hash: 1}}")
            .podOn("web-2", "metadata: {labels: {app: web, hash: 2}}")
            .podOn("api-1", "metadata: {labels: {app: api, hash: 1}}");

    PodJudgement judgement =
        cluster.judge(
            admitted(
                """
                metadata: {labels: {app: web, hash: 1, none: null}}, spec: {affinity: {podAntiAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, %s}]}}}
                """
                    .formatted(term),
                AdmissionContext.NONE));

    List<String> expected = found == null ? List.of() : List.of(found.split(", "));
    assertThat(
            judgement.verdicts().entrySet().stream()
                .filter(entry -> !entry.getValue().fits())
                .map(java.util.Map.Entry::getKey))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void limitRangesGiveDefaultsToContainers() {
    AdmissionContext context =
        new AdmissionContext(
            List.of(
                Yaml.read(
                    """
                    {spec: {limits: [
                      {type: Pod, defaultRequest: {cpu: 9}},
                      {type: Container, defaultRequest: {cpu: 200m, memory: 1Ki}, default: {memory: 2Ki}}]}}
                    """,
                    LimitRange.class)),
            List.of(),
            List.of(),
            KubernetesVersion.DEFAULT);

    Resources requests =
        admitted(
                "spec: {containers: [{name: a}, {name: b, resources: {requests: {cpu: 1}}}]}",
                context)
            .shape()
            .requests();

    assertThat(requests.milliCpu).isEqualTo(1200);
    assertThat(requests.memory).isEqualTo(2048);
  }

  @Test
  void aRuntimeClassBringsOverheadNodeSelectorAndTolerations() {
    AdmissionContext context =
        new AdmissionContext(
            List.of(),
            List.of(
                Yaml.read(
                    """
                    {metadata: {name: kata}, handler: kata, overhead: {podFixed: {cpu: 250m}}, scheduling: {
                      nodeSelector: {kata: enabled}, tolerations: [{key: kata, operator: Exists}]}}
                    """,
                    RuntimeClass.class)),
            List.of(),
            KubernetesVersion.DEFAULT);
    TestCluster cluster =
        new TestCluster()
            .node("plain", "")
            .node(
                "kata",
                "metadata: {labels: {kata: enabled}}, spec: {taints: [{key: kata, effect: NoSchedule}]}");

    IncomingPod pod = admitted("spec: {runtimeClassName: kata}", context);

    assertThat(pod.shape().requests().milliCpu).isEqualTo(250);
    assertThat(cluster.judge(pod).verdicts().get("plain").fits()).isFalse();
    assertThat(cluster.judge(pod).verdicts().get("kata").fits()).isTrue();
    assertThatThrownBy(
            () ->
                admitted("spec: {runtimeClassName: kata, nodeSelector: {kata: disabled}}", context))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("RuntimeClass kata");
    assertThatThrownBy(() -> admitted("spec: {runtimeClassName: gvisor}", context))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no RuntimeClass gvisor");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                            | 5
          {priorityClassName: high}                     | 1000
          {priorityClassName: high, priority: 1000}     | 1000
          {priorityClassName: system-node-critical}     | 2000001000
          """)
  void priorityIsThatOfTheClass(String spec, int priority) {
    assertThat(admitted("spec: " + spec, PRIORITIES).shape().priority()).isEqualTo(priority);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{priorityClassName: none}", "{priorityClassName: high, priority: 7}"})
  void anotherPriorityIsRefused(String spec) {
    assertThatThrownBy(() -> admitted("spec: " + spec, PRIORITIES))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("Pod shop/pod: ");
  }

  private static final AdmissionContext PRIORITIES =
      new AdmissionContext(
          List.of(),
          List.of(),
          List.of(
              Yaml.read("{metadata: {name: high}, value: 1000}", PriorityClass.class),
              Yaml.read(
                  "{metadata: {name: usual}, value: 5, globalDefault: true}", PriorityClass.class)),
          KubernetesVersion.DEFAULT);

  @Test
  void aTemplateWithoutAHashGetsOneThatNoPodHas() {
    PodTemplateSpec template =
        Yaml.read(
            """
            {metadata: {labels: {app: web}}, spec: {affinity: {podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                {topologyKey: kubernetes.io/hostname, labelSelector: {}, matchLabelKeys: [pod-template-hash]}]}}}}
            """,
            PodTemplateSpec.class);
    TestCluster cluster =
        new TestCluster()
            .node("")
            .podOn("node", "metadata: {labels: {app: web, pod-template-hash: 5d9f}}");

    assertThat(
            cluster
                .judge(IncomingPod.admitted(template, TestCluster.NAMESPACE, AdmissionContext.NONE))
                .fits())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: %s}]}}",
        "affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: %s}]}}",
        "affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [%s]}}",
        "topologySpreadConstraints: [%s]"
      })
  void aLabelThatIsNoneMakesTheSelectorThatItIsMergedIntoUnreadable(String place) {
    String selecting =
        "{topologyKey: zone, labelSelector: {}, whenUnsatisfiable: DoNotSchedule, matchLabelKeys: [tier]}";
    String pod = "metadata: {labels: {tier: '-3'}}, spec: {" + place.formatted(selecting) + "}";

    assertThatThrownBy(() -> admitted(pod, AdmissionContext.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("Pod shop/pod: selector on \"tier\": \"-3\" is not a label value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"requests: {cpu: -1}", "limits: {cpu: -100m}"})
  void aTemplateWithLessThanNothingIsRefused(String resources) {
    PodTemplateSpec template =
        Yaml.read(
            "{spec: {containers: [{name: c}, {name: d, resources: {" + resources + "}}]}}",
            PodTemplateSpec.class);

    assertThatThrownBy(
            () -> IncomingPod.admitted(template, TestCluster.NAMESPACE, AdmissionContext.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("spec.containers[1].resources.")
        .hasMessageEndingWith(" is less than 0");
  }

  @Test
  void thePodThatWasGivenStaysAsItIs() {
    Pod pod =
        TestCluster.podOf(
            "pod",
            """
            metadata: {labels: {app: web}},
            spec: {hostNetwork: true,
              containers: [{name: c, ports: [{containerPort: 80}], resources: {limits: {cpu: 100u}}}],
              affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
                {topologyKey: zone, labelSelector: {}, matchLabelKeys: [app]}]}}}
            """);
    String before = Yaml.text(pod);

    IncomingPod.admitted(pod, AdmissionContext.NONE);

    assertThat(Yaml.text(pod)).isEqualTo(before);
  }

  private static boolean tolerates(IncomingPod pod, String taint, String effect) {
    return Toleration.anyTolerates(pod.tolerations(), new Taint(taint, "", effect));
  }

  private static IncomingPod admitted(String yaml, AdmissionContext context) {
    return IncomingPod.admitted(TestCluster.podOf("pod", yaml), context);
  }
}
