package dev.colocatedcache.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A CRD change")
final class CrdCompatibilityTest {
  private static final Path RELEASED =
      Path.of("src/test/resources/released/colocatedcaches.colocatedcache.dev.yaml");

  private static final String SMALL =
      """
      spec:
        group: colocatedcache.dev
        scope: Namespaced
        names: {kind: ColocatedCache, plural: colocatedcaches, shortNames: [ccache]}
        versions:
          - name: v1alpha1
            served: true
            storage: true
            subresources: {status: {}, scale: {specReplicasPath: .spec.replicas}}
            additionalPrinterColumns: [{name: Ready}]
            schema:
              openAPIV3Schema:
                type: object
                required: [spec]
                properties:
                  spec:
                    type: object
                    properties:
                      replicas: {type: integer, minimum: 0, maximum: 100, default: 1}
                      policy: {type: string, enum: [Cap, AllowPending]}
                      name: {type: string, nullable: true, maxLength: 63}
                      ports:
                        type: array
                        x-kubernetes-list-type: map
                        items: {type: object, properties: {port: {x-kubernetes-int-or-string: true}}}
                      labels: {type: object, additionalProperties: {type: string}}
                    x-kubernetes-validations: [{rule: self.replicas > 0}]
      """;

  /**
   * The protocol of a port is no longer written into what is stored, where Argo CD took it for a
   * change that somebody had made, so it is no key of the list any more; and it may be null or
   * empty now. What it means where it is not written is the same.
   */
  private static final Pattern OF_PORTS =
      Pattern.compile(
          ".*ports(: x-kubernetes-list-(type|map-keys) is another"
              + "|\\[\\]\\.protocol: (default is another|pattern is another|maxLength is narrower))");

  @Test
  @DisplayName("takes nothing from those who use the released one, but for what is listed here")
  void released() throws IOException {
    YAMLMapper yaml = new YAMLMapper();

    assertThat(
            CrdChange.breaks(
                yaml.readTree(RELEASED.toFile()),
                yaml.readTree(Path.of(CheckedInCrd.FILE).toFile())))
        .filteredOn(change -> !OF_PORTS.matcher(change).matches())
        .containsExactlyInAnyOrder(
            // It stood in every stored resource, also where no pair may be Pending: 1 is meant as
            // ever where it is not set.
            "v1alpha1.spec.capacity.maxPending: default is another",
            // Says what was ignored until then, but for the 1 that is stored.
            "v1alpha1.spec.capacity: a new rule, !has(self.maxPending) || self.maxPending == 1"
                + " || self.policy == 'AllowPending'",
            // Longer, and a node that will never come back would keep its pairs for as long.
            "v1alpha1.spec.capacity.scaleDownDelaySeconds: maximum is narrower",
            // Of what nobody but the operator writes, and only until it has.
            "v1alpha1.status: default is another");
  }

  @ParameterizedTest(name = "{0} -> {1}: {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          served: true                   | served: false                    | v1alpha1: is no longer served
          storage: true                  | storage: false                   | v1alpha1: is no longer storage
          name: v1alpha1                 | name: v1                         | v1alpha1: is no longer served
          scope: Namespaced              | scope: Cluster                   | scope: is another
          kind: ColocatedCache           | kind: Pair                       | names.kind: is another
          shortNames: [ccache]           | shortNames: [cc]                 | names.shortNames: ccache is gone
          .spec.replicas}                | .spec.pairs}                     | v1alpha1.subresources: are others
          [{name: Ready}]                | []                               | v1alpha1: the column Ready is gone
          required: [spec]               | required: [spec, status]         | v1alpha1: status is required now
          replicas: {type: integer       | pairs: {type: integer            | v1alpha1.spec.replicas: is gone
          replicas: {type: integer       | replicas: {type: string          | v1alpha1.spec.replicas: type is another
          minimum: 0                     | minimum: 1                       | v1alpha1.spec.replicas: minimum is narrower
          maximum: 100                   | maximum: 99                      | v1alpha1.spec.replicas: maximum is narrower
          default: 1}                    | default: 2}                      | v1alpha1.spec.replicas: default is another
          [Cap, AllowPending]            | [Cap]                            | v1alpha1.spec.policy: AllowPending is no longer taken
          nullable: true                 | nullable: false                  | v1alpha1.spec.name: nullable is gone
          {type: string, nullable: true, | {type: string, nullable: true, enum: [a], | v1alpha1.spec.name: enum is new
          maxLength: 63                  | maxLength: 63, minLength: 1      | v1alpha1.spec.name: minLength is narrower
          maxLength: 63                  | maxLength: 63, pattern: x        | v1alpha1.spec.name: pattern is another
          list-type: map                 | list-type: set                   | v1alpha1.spec.ports: x-kubernetes-list-type is another
          int-or-string: true            | int-or-string: false             | v1alpha1.spec.ports[].port: x-kubernetes-int-or-string is gone
          {type: string}}                | {type: integer}}                 | v1alpha1.spec.labels.*: type is another
          self.replicas > 0              | self.replicas > 1                | v1alpha1.spec: a new rule, self.replicas > 1
          """)
  @DisplayName("that refuses, drops or means otherwise what the released one took is found")
  void found(String released, String now, String message) {
    assertThat(SMALL).containsOnlyOnce(released);

    assertThat(CrdChange.breaks(tree(SMALL), tree(SMALL.replace(released, now)))).contains(message);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          default: 1}          | default: 1, description: pairs}
          maximum: 100         | maximum: 1000
          [Cap, AllowPending]  | [Cap, AllowPending, RequestNodes]
          required: [spec]     | required: []
          properties: {port:   | properties: {name: {type: string}, port:
          [{name: Ready}]      | [{name: Ready}, {name: Age}]
          [{rule: self.replicas > 0}] | []
          """)
  @DisplayName("that takes more than the released one is none")
  void compatible(String released, String now) {
    assertThat(SMALL).containsOnlyOnce(released);

    assertThat(CrdChange.breaks(tree(SMALL), tree(SMALL.replace(released, now)))).isEmpty();
  }

  private static JsonNode tree(String yaml) {
    try {
      return new YAMLMapper().readTree(yaml);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
