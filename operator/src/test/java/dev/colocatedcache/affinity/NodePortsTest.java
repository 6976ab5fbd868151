package dev.colocatedcache.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodePortsTest {

  private static final String REJECTED =
      "NodePorts: node(s) didn't have free ports for the requested pod ports, Unschedulable";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # a port that is taken                  | the port that is wanted                | free
          {hostPort: 80}                          | {hostPort: 80}                         | no
          {hostPort: 80}                          | {hostPort: 81}                         | yes
          {hostPort: 80}                          | {hostPort: 80, protocol: UDP}          | yes
          {hostPort: 80}                          | {hostPort: 80, protocol: TCP}          | no
          {hostPort: 80, hostIP: 10.0.0.1}        | {hostPort: 80, hostIP: 10.0.0.1}       | no
          {hostPort: 80, hostIP: 10.0.0.1}        | {hostPort: 80, hostIP: 10.0.0.2}       | yes
          {hostPort: 80, hostIP: 10.0.0.1}        | {hostPort: 80}                         | no
          {hostPort: 80, hostIP: 10.0.0.1}        | {hostPort: 80, hostIP: 0.0.0.0}        | no
          {hostPort: 80, hostIP: 0.0.0.0}         | {hostPort: 80, hostIP: 10.0.0.1}       | no
          {hostPort: 80}                          | {hostPort: 80, hostIP: '::'}           | no
          {hostPort: 80, hostIP: '::'}            | {hostPort: 80, hostIP: 10.0.0.1}       | yes
          {hostPort: 80, hostIP: '::'}            | {hostPort: 80, hostIP: '::1'}          | yes
          {containerPort: 80}                     | {hostPort: 80}                         | yes
          {hostPort: 0}                           | {hostPort: 0}                          | yes
          """)
  void onePortAgainstAnother(String taken, String wanted, String free) {
    TestCluster cluster = new TestCluster().node("").podOn("node", containers(taken));

    assertThat(cluster.verdict(containers(wanted)))
        .isEqualTo(free.equals("yes") ? "fits" : REJECTED);
  }

  @Test
  void sidecarsHoldPortsAndOtherInitContainersDoNot() {
    String sidecar =
        "spec: {initContainers: [{name: s, restartPolicy: Always, ports: [{hostPort: 80}]}]}";
    String init = "spec: {initContainers: [{name: i, ports: [{hostPort: 80}]}]}";

    assertThat(new TestCluster().node("").podOn("node", sidecar).verdict(sidecar))
        .isEqualTo(REJECTED);
    assertThat(new TestCluster().node("").podOn("node", sidecar).verdict(init)).isEqualTo("fits");
    assertThat(new TestCluster().node("").podOn("node", init).verdict(sidecar)).isEqualTo("fits");
  }

  @Test
  void aPodsOwnPortsAreNotComparedWithEachOther() {
    assertThat(new TestCluster().node("").verdict(containers("{hostPort: 80}, {hostPort: 80}")))
        .isEqualTo("fits");
  }

  private static String containers(String ports) {
    return "spec: {containers: [{name: c, ports: [" + ports + "]}]}";
  }
}
