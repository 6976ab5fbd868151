package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodRequestsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # the spec of a pod                                                                          | its milli-CPU
          {containers: [{resources: {requests: {cpu: 1}}}, {resources: {requests: {cpu: 500m}}}]}      | 1500
          {containers: [{resources: {requests: {cpu: 100u}}}, {resources: {requests: {cpu: 100u}}}]}   | 1
          {containers: [{resources: {limits: {cpu: 1}}}]}                                              | 0
          {containers: [{resources: {requests: {cpu: 1}}}], initContainers: [{resources: {requests: {cpu: 2}}}, {resources: {requests: {cpu: 3}}}]} | 3000
          {containers: [{resources: {requests: {cpu: 4}}}], initContainers: [{resources: {requests: {cpu: 3}}}]} | 4000
          {containers: [{resources: {requests: {cpu: 1}}}], initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 2}}}]} | 3000
          {containers: [{resources: {requests: {cpu: 1}}}], initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 2}}}, {resources: {requests: {cpu: 5}}}]} | 7000
          {containers: [{resources: {requests: {cpu: 1}}}], initContainers: [{resources: {requests: {cpu: 5}}}, {restartPolicy: Always, resources: {requests: {cpu: 2}}}]} | 5000
          {containers: [{resources: {requests: {cpu: 1}}}], overhead: {cpu: 250m}}                     | 1250
          {containers: [{resources: {requests: {cpu: 1}}}], resources: {requests: {cpu: 500m}}}        | 500
          {containers: [{resources: {requests: {cpu: 1}}}], resources: {requests: {memory: 1Gi}}}      | 1000
          {containers: [{resources: {requests: {cpu: 1}}}], resources: {requests: {cpu: 500m}}, overhead: {cpu: 250m}} | 750
          {containers: [{resources: {requests: {cpu: 1}}}], resources: {limits: {cpu: 500m}}}          | 1000
          """)
  void aPodAsksForTheMostThatItsContainersNeedAtATime(String spec, long milliCpu) {
    IncomingPod pod = IncomingPod.asStored(TestCluster.podOf("pod", "spec: " + spec));

    assertThat(pod.shape().requests().milliCpu).isEqualTo(milliCpu);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # what runs, asks for, has and was given                                                                     | counts as
          spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}                                              | 1000
          spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}, status: {phase: Pending}                    | 1000
          spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}, status: {phase: Unknown}                    | 1000
          spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}, status: {phase: Succeeded}                  | 0
          spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}, status: {phase: Failed}                     | 0
          spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}, metadata: {deletionTimestamp: now}          | 1000
          spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}, status: {containerStatuses: [{name: c, resources: {requests: {cpu: 2}}}]} | 2000
          spec: {containers: [{name: c, resources: {requests: {cpu: 2}}}]}, status: {containerStatuses: [{name: c, resources: {requests: {cpu: 1}}}]} | 2000
          spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}, status: {containerStatuses: [{name: c, resources: {}, allocatedResources: {cpu: 3}}]} | 3000
          spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}, status: {containerStatuses: [{name: c, allocatedResources: {cpu: 3}}]} | 1000
          spec: {containers: [{name: c, resources: {requests: {cpu: 5}}}]}, status: {conditions: [{type: PodResizePending, reason: Infeasible}], containerStatuses: [{name: c, resources: {requests: {cpu: 2}}}]} | 2000
          spec: {containers: [{name: c, resources: {requests: {cpu: 5}}}]}, status: {conditions: [{type: PodResizePending, reason: Deferred}], containerStatuses: [{name: c, resources: {requests: {cpu: 2}}}]} | 5000
          spec: {initContainers: [{name: i, resources: {requests: {cpu: 3}}}]}, status: {phase: Running}                | 3000
          spec: {initContainers: [{name: i, resources: {requests: {cpu: 1}}}]}, status: {initContainerStatuses: [{name: i, resources: {requests: {cpu: 2}}}]} | 1000
          spec: {initContainers: [{name: i, restartPolicy: Always, resources: {requests: {cpu: 1}}}]}, status: {initContainerStatuses: [{name: i, resources: {requests: {cpu: 2}}}]} | 2000
          spec: {resources: {requests: {cpu: 1}}}, status: {resources: {requests: {cpu: 2}}}                            | 2000
          spec: {resources: {requests: {cpu: 1}}}, status: {resources: {requests: {cpu: 2}}, allocatedResources: {cpu: 3}} | 3000
          spec: {resources: {requests: {cpu: 1}}}, status: {allocatedResources: {cpu: 3}}                               | 1000
          spec: {resources: {requests: {cpu: 4}}}, status: {conditions: [{type: PodResizePending, reason: Infeasible}], resources: {requests: {memory: 1Gi}}} | 0
          """)
  void aPodOnANodeCountsForTheMostOfWhatItAsksForAndHas(String pod, long milliCpu) {
    TestCluster cluster = new TestCluster().node("").podOn("node", pod);

    assertThat(requestedOn(cluster)).isEqualTo(milliCpu);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {resources: much}                                | Pod shop/pod-0: status.resources is not an object
          {resources: {requests: [1]}}                     | Pod shop/pod-0: status.resources.requests is not an object
          {resources: {requests: {cpu: true}}}             | Pod shop/pod-0: resource cpu: "true" is not a quantity
          {allocatedResources: 5}                          | Pod shop/pod-0: status.allocatedResources is not an object
          {allocatedResources: {memory: 1GB}}              | Pod shop/pod-0: resource memory: "1GB" is not a quantity
          """)
  void aStatusOfThePodAsAWholeThatCannotBeReadIsRefused(String status, String complaint) {
    TestCluster cluster = new TestCluster().node("");

    assertThatThrownBy(() -> cluster.podOn("node", "status: " + status))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(complaint);
  }

  @Test
  void beforeKubernetes136AResizeOfThePodAsAWholeIsNotSeen() {
    ClusterModel cluster = new ClusterModel(KubernetesVersion.parse("v1.35.4"));
    cluster.putNode(TestCluster.nodeOf("node", ""));
    cluster.putPod(
        TestCluster.podOf(
            "pod",
            """
            spec: {nodeName: node, resources: {requests: {cpu: 1}}},
            status: {resources: {requests: {cpu: 2}}}
            """));

    assertThat(requestedOn(cluster)).isEqualTo(1000);
  }

  private static long requestedOn(TestCluster cluster) {
    return requestedOn(cluster.model);
  }

  private static long requestedOn(ClusterModel cluster) {
    NodeInfo node = cluster.snapshot().node("node");
    return node.allocatable().minus(node.free()).milliCpu;
  }
}
