package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeDeclaredFeaturesTest {

  private static final String REJECTED =
      "NodeDeclaredFeatures: node(s) didn't match Pod's required features, UnschedulableAndUnresolvable";
  private static final String RESTARTS_ALL =
      "spec: {initContainers: [{name: i, restartPolicyRules: [{action: RestartAllContainers}]}]}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # what the kubelet declares                                                  | the pod's spec                                                                | runs
                                                                                       | {}                                                                            | yes
                                                                                       | {containers: [{restartPolicyRules: [{action: RestartAllContainers}]}]}        | no
          RestartAllContainersOnContainerExits                                         | {containers: [{restartPolicyRules: [{action: RestartAllContainers}]}]}        | yes
                                                                                       | {containers: [{restartPolicyRules: [{action: Restart}]}]}                     | yes
                                                                                       | {hostNetwork: true, hostUsers: false}                                         | no
          UserNamespacesHostNetworkSupport                                             | {hostNetwork: true, hostUsers: false}                                         | yes
          RestartAllContainersOnContainerExits                                         | {hostNetwork: true, hostUsers: false}                                         | no
                                                                                       | {hostNetwork: true, hostUsers: true}                                          | yes
                                                                                       | {hostNetwork: true}                                                           | yes
                                                                                       | {hostUsers: false}                                                            | yes
          RestartAllContainersOnContainerExits, SomethingElse, UserNamespacesHostNetworkSupport | {hostNetwork: true, hostUsers: false}                                | yes
          UserNamespacesHostNetworkSupport, RestartAllContainersOnContainerExits       | {containers: [{restartPolicyRules: [{action: RestartAllContainers}]}]}        | no
          """)
  void theKubeletDeclaresWhatThePodNeeds(String declared, String spec, String runs) {
    TestCluster cluster = new TestCluster().node(declaring(declared == null ? "" : declared));

    assertThat(cluster.verdict("spec: " + spec)).isEqualTo(runs.equals("yes") ? "fits" : REJECTED);
  }

  @Test
  void beforeKubernetes136TheSchedulerDoesNotAsk() {
    TestCluster cluster = new TestCluster().node(declaring(""));
    IncomingPod pod = IncomingPod.asStored(TestCluster.podOf("incoming", RESTARTS_ALL));

    assertThat(cluster.judge(pod).fits()).isFalse();
    assertThat(
            new Scheduler(KubernetesVersion.parse("v1.35.4"))
                .judge(cluster.model.snapshot(), pod)
                .fits())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          declaredFeatures: 5            | Node node: declaredFeatures is not a list
          declaredFeatures: {a: b}       | Node node: declaredFeatures is not a list
          declaredFeatures: [A, 5]       | Node node: declaredFeatures has an element that is no text
          declaredFeatures: [A, [B]]     | Node node: declaredFeatures has an element that is no text
          """)
  void whatIsNoListOfTextsIsRefused(String status, String complaint) {
    assertThatThrownBy(() -> new TestCluster().node("status: {" + status + "}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(complaint);
  }

  private static String declaring(String features) {
    return "status: {allocatable: {pods: 110}, declaredFeatures: [" + features + "]}";
  }
}
