package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IncomingPodTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # what the pod has                                                    | what is said
          volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]           | The volume v can be attached to some nodes only: which ones is not considered.
          volumes: [{name: v, ephemeral: {volumeClaimTemplate: {}}}]            | The volume v can be attached to some nodes only: which ones is not considered.
          volumes: [{name: v, emptyDir: {}}, {name: w, configMap: {name: c}}]   |
          resourceClaims: [{name: gpu}]                                         | The pod has resource claims: which nodes have the devices is not considered.
          schedulingGates: [{name: example.com/wait}]                           | The pod is held back by the scheduling gates [example.com/wait]: it is judged as if they were open.
          schedulerName: volcano                                                | The pod asks for the scheduler volcano: what the default scheduler would do is told.
          schedulerName: default-scheduler                                      |
          """)
  void whatIsOutOfReachIsSaid(String spec, String sentence) {
    IncomingPod pod = IncomingPod.asStored(TestCluster.podOf("pod", "spec: {" + spec + "}"));

    assertThat(String.join(" ", pod.unsupported())).isEqualTo(sentence == null ? "" : sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # a pod's spec                                                                          | what is wrong
          {containers: [{name: c, resources: {requests: {cpu: much}}}]}                           | Pod shop/bad: resource cpu: "much" is not a quantity
          {overhead: {memory: 1GiB}}                                                              | Pod shop/bad: resource memory: "1GiB" is not a quantity
          {topologySpreadConstraints: [{whenUnsatisfiable: DoNotSchedule, labelSelector: {matchExpressions: [{key: a, operator: Gt}]}}]} | Pod shop/bad: "Gt" is not a valid label selector operator
          {affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {'a b': c}}}]}}}      | Pod shop/bad: "a b" is not a label key
          {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}]}}} | Pod shop/bad: selector on "a": In and NotIn need at least one value
          {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {a: 'b c'}}}]}}}  | Pod shop/bad: selector on "a": "b c" is not a label value
          {affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {labelSelector: {matchLabels: {'a b': c}}}}]}}}     | Pod shop/bad: "a b" is not a label key
          {affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {namespaceSelector: {matchLabels: {a: 'b c'}}}}]}}} | Pod shop/bad: selector on "a": "b c" is not a label value
          {topologySpreadConstraints: [{whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}]}             | Pod shop/bad: selector on "a": Exists and DoesNotExist take no values
          """)
  void whatCannotBeReadIsRefusedByName(String spec, String complaint) {
    Pod pod = TestCluster.podOf("bad", "spec: " + spec);

    assertThatThrownBy(() -> IncomingPod.asStored(pod))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(complaint);
  }

  @Test
  void aLongLabelIsNotRepeatedInFull() {
    Pod pod =
        TestCluster.podOf(
            "bad",
            "spec: {affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: ["
                + "{labelSelector: {matchLabels: {a: "
                + "x".repeat(1 << 20)
                + "}}}]}}}");

    assertThatThrownBy(() -> IncomingPod.asStored(pod))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .hasSizeLessThan(300);
  }

  @Test
  void whatIsNotThereIsRefusedToo() {
    assertThatThrownBy(() -> IncomingPod.asStored(new Pod()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("a Pod has no metadata or no spec");
  }
}
