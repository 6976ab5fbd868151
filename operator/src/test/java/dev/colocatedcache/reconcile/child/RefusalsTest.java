package dev.colocatedcache.reconcile.child;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.api.v1alpha1.Role;
import dev.colocatedcache.status.Problem;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("What the API server refuses")
final class RefusalsTest {
  private static final HasMetadata DEPLOYMENT =
      new DeploymentBuilder()
          .withNewMetadata()
          .withName("shop")
          .withNamespace("mall")
          .endMetadata()
          .build();
  private static final HasMetadata SERVICE =
      new ServiceBuilder()
          .withNewMetadata()
          .withName("shop")
          .withNamespace("mall")
          .endMetadata()
          .build();

  @Nested
  @DisplayName("in a Deployment is said with the field of the ColocatedCache:")
  class OfDeployment {

    @Test
    @DisplayName("one field")
    void field() {
      assertThat(
              deployment(
                  422,
                  "Deployment.apps \"shop\" is invalid: spec.template.spec.containers[0]"
                      + ".volumeMounts[0].name: Not found: \"data\""))
          .isEqualTo(
              "Deployment shop is refused by the API server: change"
                  + " spec.service.template.spec.containers[0].volumeMounts[0].name: Not found:"
                  + " \"data\"");
    }

    @Test
    @DisplayName("several fields, a label among them, of which the API server gives a short path")
    void fields() {
      assertThat(
              deployment(
                  422,
                  "Deployment.apps \"shop\" is invalid: [spec.template.labels: Invalid value: \"a"
                      + " b\": no label, spec.template.spec.hostname: Invalid value:"
                      + " \"spec.template.\": no name]"))
          .isEqualTo(
              "Deployment shop is refused by the API server: change"
                  + " [spec.service.template.metadata.labels: Invalid value: \"a b\": no label,"
                  + " spec.service.template.spec.hostname: Invalid value: \"spec.template.\": no"
                  + " name]");
    }

    @Test
    @DisplayName("a key that is there twice, which the API server calls an internal error")
    void unmergeable() {
      assertThat(
              deployment(
                  500,
                  "failed to create typed patch object (mall/shop; apps/v1, Kind=Deployment):"
                      + " .spec.template.spec.containers[name=\"app\"].env: duplicate entries for"
                      + " key [name=\"A\"]"))
          .isEqualTo(
              "Deployment shop is refused by the API server: change spec.service: failed to create"
                  + " typed patch object (mall/shop; apps/v1, Kind=Deployment):"
                  + " spec.service.template.spec.containers[name=\"app\"].env: duplicate entries"
                  + " for key [name=\"A\"]");
    }

    @Test
    @DisplayName("a policy of the cluster's own")
    void policy() {
      assertThat(
              deployment(
                  403,
                  "deployments.apps \"shop\" is forbidden: ValidatingAdmissionPolicy 'teams' with"
                      + " binding 'teams' denied request: label your team"))
          .isEqualTo(
              "Deployment shop is not allowed by the API server: ValidatingAdmissionPolicy 'teams'"
                  + " with binding 'teams' denied request: label your team: change spec.service, or"
                  + " what forbids it");
    }

    @Test
    @DisplayName("a quota")
    void quota() {
      assertThat(
              deployment(
                  403,
                  "deployments.apps \"shop\" is forbidden: exceeded quota: few, requested:"
                      + " count/deployments.apps=1, used: count/deployments.apps=0, limited:"
                      + " count/deployments.apps=0"))
          .isEqualTo(
              "Deployment shop is not allowed by the API server: exceeded quota: few, requested:"
                  + " count/deployments.apps=1, used: count/deployments.apps=0, limited:"
                  + " count/deployments.apps=0: raise the ResourceQuota few");
    }

    @Test
    @DisplayName("a permission that the operator lacks, which no template can mend")
    void permission() {
      assertThat(
              deployment(
                  403,
                  "deployments.apps \"shop\" is forbidden: User \"operator\" cannot patch resource"
                      + " \"deployments\" in API group \"apps\" in the namespace \"mall\""))
          .isEqualTo(
              "Deployment shop is not allowed by the API server: deployments.apps \"shop\" is"
                  + " forbidden: User \"operator\" cannot patch resource \"deployments\" in API"
                  + " group \"apps\" in the namespace \"mall\": grant the operator's service account"
                  + " this permission, as deploy/base/rbac.yaml does");
    }
  }

  @Test
  @DisplayName("in a Service is said with the field of the ColocatedCache")
  void ofService() {
    Status refusal =
        status(
            "Service",
            "Service \"shop\" is invalid: [spec.ports[1].name: Duplicate value: \"http\","
                + " spec.ports[2].port: Invalid value: 0: must be between 1 and 65535]");
    assertThat(
            Refusals.problem(
                    new KubernetesClientException(refusal.getMessage(), 422, refusal),
                    Role.CACHE,
                    SERVICE)
                .map(Problem::message))
        .contains(
            "Service shop is refused by the API server: change [spec.cache.ports[1].name: Duplicate"
                + " value: \"http\", spec.cache.ports[2].port: Invalid value: 0: must be between 1"
                + " and 65535]");
  }

  @Nested
  @DisplayName("in the pods is said with what to change, and without a pod's made-up name:")
  class OfPods {

    @Test
    @DisplayName("a service account that is missing")
    void serviceAccount() {
      assertThat(
              forbidden(
                  "error looking up service account mall/nobody: serviceaccount \"nobody\" not"
                      + " found"))
          .isEqualTo(
              "error looking up service account mall/nobody: serviceaccount \"nobody\" not found:"
                  + " create it with `kubectl -n mall create serviceaccount nobody`, or change"
                  + " spec.service.template.spec.serviceAccountName");
    }

    @Test
    @DisplayName("a full quota")
    void quota() {
      assertThat(forbidden("exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1"))
          .isEqualTo(
              "exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1: raise the"
                  + " ResourceQuota few, lower the requests and limits in spec.service.template, or"
                  + " ask for fewer replicas");
    }

    @Test
    @DisplayName("a quota that asks for limits")
    void failedQuota() {
      assertThat(forbidden("failed quota: all: must specify limits.cpu for: app"))
          .isEqualTo(
              "failed quota: all: must specify limits.cpu for: app: set them in the containers'"
                  + " resources in spec.service.template, or change the ResourceQuota all");
    }

    @Test
    @DisplayName("a LimitRange")
    void limitRange() {
      assertThat(
              forbidden(
                  "[maximum memory usage per Container is 64Mi, but limit is 128Mi, memory max limit"
                      + " to request ratio per Container is 1, but provided ratio is 2.000000]"))
          .isEqualTo(
              "[maximum memory usage per Container is 64Mi, but limit is 128Mi, memory max limit to"
                  + " request ratio per Container is 1, but provided ratio is 2.000000]: change the"
                  + " containers' resources in spec.service.template, or the namespace's"
                  + " LimitRange");
    }

    @Test
    @DisplayName("a limit that a LimitRange has put in")
    void defaultLimit() {
      Status refusal =
          status(
              "Pod",
              "Pod \"shop-x2v4q\" is invalid: spec.containers[0].resources.requests: Invalid value:"
                  + " \"128Mi\": must be less than or equal to memory limit of 64Mi");
      assertThat(pods(422, refusal))
          .isEqualTo(
              "spec.service.template.spec.containers[0].resources.requests: Invalid value: \"128Mi\":"
                  + " must be less than or equal to memory limit of 64Mi: change the containers'"
                  + " resources in spec.service.template, or the namespace's LimitRange, which sets a"
                  + " limit where a template has none");
    }

    @Test
    @DisplayName("PodSecurity")
    void podSecurity() {
      assertThat(forbidden("violates PodSecurity \"baseline:latest\": hostNetwork"))
          .isEqualTo(
              "violates PodSecurity \"baseline:latest\": hostNetwork: change the securityContext in"
                  + " spec.service.template, or the namespace's label"
                  + " pod-security.kubernetes.io/enforce");
    }

    @Test
    @DisplayName("a field, though a Deployment takes it")
    void field() {
      Status refusal =
          status(
              "Pod",
              "Pod \"shop-x2v4q\" is invalid: spec.containers[0].image: Required value: fill it");
      assertThat(pods(422, refusal))
          .isEqualTo(
              "spec.service.template.spec.containers[0].image: Required value: fill it: change"
                  + " spec.service.template, or what refuses its pods");
    }

    private String forbidden(String reason) {
      return pods(403, status("pods", "pods \"shop-x2v4q\" is forbidden: " + reason));
    }

    private String pods(int code, Status refusal) {
      String sentence = problem(code, refusal);
      String subject = "the pods of Deployment shop are refused by the API server: ";
      assertThat(sentence).startsWith(subject);
      return sentence.substring(subject.length());
    }
  }

  @Test
  @DisplayName("of a variable names its place in the template, which lacks those that are added")
  void variable() {
    Deployment told =
        new DeploymentBuilder((Deployment) DEPLOYMENT)
            .withNewSpec()
            .withNewTemplate()
            .withNewSpec()
            .addNewContainer()
            .addNewEnv()
            .withName("CACHE_HOST")
            .endEnv()
            .addNewEnv()
            .withName("CACHE_PORT")
            .endEnv()
            .addNewEnv()
            .withName("A=B")
            .endEnv()
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    Status invalid =
        status(
            "deployments",
            "Deployment.apps \"shop\" is invalid: spec.template.spec.containers[0].env[2].name:"
                + " Invalid value: \"A=B\": no name");

    assertThat(
            Refusals.problem(new KubernetesClientException("", 422, invalid), Role.SERVICE, told))
        .hasValueSatisfying(
            problem ->
                assertThat(problem.message())
                    .contains("change spec.service.template.spec.containers[0].env[0].name:"));
  }

  @Test
  @DisplayName("for now only is nobody's to mend")
  void passing() {
    Status unavailable = status("deployments", "etcdserver: leader changed");
    assertThat(
            Refusals.problem(
                new KubernetesClientException("", 500, unavailable), Role.SERVICE, DEPLOYMENT))
        .isEmpty();
  }

  private static String deployment(int code, String message) {
    return problem(code, status("deployments", message));
  }

  private static String problem(int code, Status refusal) {
    return Refusals.problem(
            new KubernetesClientException(refusal.getMessage(), code, refusal),
            Role.SERVICE,
            DEPLOYMENT)
        .orElseThrow()
        .message();
  }

  private static Status status(String kind, String message) {
    return new StatusBuilder()
        .withMessage(message)
        .withNewDetails()
        .withKind(kind)
        .endDetails()
        .build();
  }
}
