package dev.colocatedcache;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds every package to what it may touch, as CONTRIBUTING.md says. */
@AnalyzeClasses(
    packages = "dev.colocatedcache",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String MODEL = "io.fabric8.kubernetes.api..";

  @ArchTest
  static final ArchRule FLOW_GOES_ONE_WAY =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("api")
          .definedBy("dev.colocatedcache.api..")
          .layer("affinity")
          .definedBy("dev.colocatedcache.affinity..")
          .layer("workload")
          .definedBy("dev.colocatedcache.workload..")
          .layer("status")
          .definedBy("dev.colocatedcache.status..")
          .layer("cluster")
          .definedBy("dev.colocatedcache.cluster..")
          .layer("reconcile")
          .definedBy("dev.colocatedcache.reconcile..")
          .layer("ops")
          .definedBy("dev.colocatedcache.ops..")
          .layer("cli")
          .definedBy("dev.colocatedcache.cli..")
          .whereLayer("affinity")
          .mayNotAccessAnyLayer()
          .whereLayer("workload")
          .mayOnlyAccessLayers("api")
          .whereLayer("status")
          .mayOnlyAccessLayers("api", "affinity")
          .whereLayer("cluster")
          .mayOnlyAccessLayers("affinity")
          .whereLayer("reconcile")
          .mayOnlyAccessLayers("api", "affinity", "workload", "status", "cluster")
          .whereLayer("ops")
          .mayOnlyAccessLayers("api");

  @ArchTest
  static final ArchRule THE_EVALUATOR_IS_PURE =
      classes()
          .that()
          .resideInAPackage("dev.colocatedcache.affinity..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", MODEL, "dev.colocatedcache.affinity..");

  @ArchTest
  static final ArchRule BUILDERS_AND_STATUS_ARE_PURE =
      classes()
          .that()
          .resideInAnyPackage("dev.colocatedcache.workload..", "dev.colocatedcache.status..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", MODEL, "dev.colocatedcache..");

  @ArchTest
  static final ArchRule ONLY_THE_RECONCILER_KNOWS_THE_FRAMEWORK =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.colocatedcache.affinity..",
              "dev.colocatedcache.workload..",
              "dev.colocatedcache.status..",
              "dev.colocatedcache.cluster..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.javaoperatorsdk..");

  @ArchTest
  static final ArchRule NO_JUNK_DRAWERS =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Manager");
}
