package dev.colocatedcache.reconcile.child;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FieldOwnershipTest {
  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
  private static final String NODE_SELECTOR =
      "{'f:spec': {'f:template': {'f:spec': {'f:nodeSelector': {'f:disk': {}}}}}}";

  private final FieldOwnership ownership = new FieldOwnership("us", Set.of());

  @Test
  void whatOnlyAnotherOwnsIsForeignAndNamed() {
    List<ManagedFieldsEntry> entries =
        List.of(
            entry("us", "Apply", "", "{'f:spec': {'f:replicas': {}}}"),
            entry("kubectl-edit", "Update", "", NODE_SELECTOR));

    assertThat(ownership.firstForeign(entries))
        .contains(
            new FieldOwnership.ForeignField(
                "spec.template.spec.nodeSelector.disk", "kubectl-edit"));
  }

  @Test
  void whatWeOwnTooIsNotForeign() {
    assertThat(
            ownership.firstForeign(
                List.of(
                    entry("us", "Apply", "", NODE_SELECTOR),
                    entry("kubectl", "Update", "", NODE_SELECTOR))))
        .isEmpty();
  }

  @Test
  void statusMetadataAndSubresourcesAreNoneOfOurBusiness() {
    assertThat(
            ownership.firstForeign(
                List.of(
                    entry("kcm", "Update", "status", "{'f:spec': {'f:replicas': {}}}"),
                    entry("argocd", "Apply", "", "{'f:metadata': {'f:labels': {'f:x': {}}}}"))))
        .isEmpty();
  }

  @Test
  void aRolloutRestartIsHonoured() {
    assertThat(
            ownership.firstForeign(
                List.of(
                    entry(
                        "kubectl-rollout",
                        "Update",
                        "",
                        "{'f:spec': {'f:template': {'f:metadata': {'f:annotations': {'.': {},"
                            + " 'f:kubectl.kubernetes.io/restartedAt': {}}}}}}"))))
        .isEmpty();
  }

  @Test
  void aContainerThatSomebodyAddedIsForeign() {
    assertThat(
            ownership.firstForeign(
                List.of(
                    entry(
                        "kubectl-patch",
                        "Update",
                        "",
                        "{'f:spec': {'f:template': {'f:spec': {'f:containers':"
                            + " {'k:{\"name\":\"spy\"}': {'.': {}, 'f:image': {}}}}}}}"))))
        .map(FieldOwnership.ForeignField::path)
        .contains("spec.template.spec.containers[name=spy].image");
  }

  @Test
  void takingOverMovesTheirPartOfSpecToUs() {
    List<ManagedFieldsEntry> after =
        ownership.takenOver(
            List.of(
                entry("us", "Apply", "", "{'f:spec': {'f:replicas': {}}}"),
                entry("kubectl-edit", "Update", "", NODE_SELECTOR),
                entry("kcm", "Update", "status", "{'f:status': {'f:replicas': {}}}")),
            "apps/v1");

    assertThat(ownership.firstForeign(after)).isEmpty();
    assertThat(after).extracting(ManagedFieldsEntry::getManager).containsExactly("us", "kcm");
    assertThat(SERIALIZATION.asJson(after.get(0).getFieldsV1()))
        .contains("f:replicas")
        .contains("f:nodeSelector");
  }

  @Test
  void takingOverLeavesARestartAndMetadataWithTheOther() {
    List<ManagedFieldsEntry> after =
        ownership.takenOver(
            List.of(
                entry(
                    "kubectl",
                    "Update",
                    "",
                    "{'f:metadata': {'f:labels': {'f:x': {}}}, 'f:spec': {'f:paused': {},"
                        + " 'f:template': {'f:metadata': {'f:annotations':"
                        + " {'f:kubectl.kubernetes.io/restartedAt': {}}}}}}")),
            "apps/v1");

    assertThat(SERIALIZATION.asJson(after.get(0).getFieldsV1()))
        .contains("f:paused")
        .doesNotContain("restartedAt");
    assertThat(SERIALIZATION.asJson(after.get(1).getFieldsV1()))
        .contains("f:x")
        .contains("restartedAt")
        .doesNotContain("f:paused");
  }

  @Test
  void onlyGuardedFieldsAreLookedAtWhereTheyAreNamed() {
    FieldOwnership service = new FieldOwnership("us", Set.of("f:selector"));
    assertThat(
            service.firstForeign(
                List.of(entry("x", "Update", "", "{'f:spec': {'f:sessionAffinity': {}}}"))))
        .isEmpty();
    assertThat(
            service.firstForeign(
                List.of(entry("x", "Update", "", "{'f:spec': {'f:selector': {'f:a': {}}}}"))))
        .isPresent();
  }

  private static ManagedFieldsEntry entry(
      String manager, String operation, String subresource, String fields) {
    return new ManagedFieldsEntryBuilder()
        .withManager(manager)
        .withOperation(operation)
        .withSubresource(subresource.isEmpty() ? null : subresource)
        .withFieldsV1(SERIALIZATION.unmarshal("---\n" + fields, FieldsV1.class))
        .build();
  }
}
