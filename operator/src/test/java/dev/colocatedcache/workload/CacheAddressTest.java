package dev.colocatedcache.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.colocatedcache.testing.Yaml;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The service's containers are told where their cache is")
final class CacheAddressTest {
  private static final CacheAddress REDIS = new CacheAddress("shop-cache", 6379);

  @Test
  @DisplayName("all of them, before what they set themselves, so that they can make use of it")
  void all() {
    PodSpec told =
        REDIS.toldTo(
            Yaml.read(
                """
                initContainers:
                  - {name: migrate}
                  - {name: proxy, restartPolicy: Always}
                containers:
                  - name: web
                    env: [{name: URL, value: "redis://$(CACHE_HOST):$(CACHE_PORT)"}]
                """,
                PodSpec.class));

    assertThat(told.getInitContainers())
        .hasSize(2)
        .allSatisfy(
            container ->
                assertThat(env(container))
                    .containsExactly("CACHE_HOST=shop-cache", "CACHE_PORT=6379"));
    assertThat(env(told.getContainers().get(0)))
        .containsExactly(
            "CACHE_HOST=shop-cache", "CACHE_PORT=6379", "URL=redis://$(CACHE_HOST):$(CACHE_PORT)");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "env: [{name: CACHE_HOST, value: other}]                              | CACHE_PORT=6379 CACHE_HOST=other",
        "env: [{name: CACHE_PORT, valueFrom: {configMapKeyRef: {key: port}}}] | CACHE_HOST=shop-cache CACHE_PORT=null",
        "envFrom: [{prefix: CACHE_, configMapRef: {name: own}}]               | ''",
        "envFrom: [{prefix: DB_, secretRef: {name: db}}]                      | CACHE_HOST=shop-cache CACHE_PORT=6379",
        "envFrom: [{configMapRef: {name: some}}]                              | CACHE_HOST=shop-cache CACHE_PORT=6379",
      })
  @DisplayName("but for what they set themselves, as far as their template tells")
  void own(String container, String env) {
    PodSpec pod = Yaml.read("containers: [{name: web, " + container + "}]", PodSpec.class);

    assertThat(String.join(" ", env(REDIS.toldTo(pod).getContainers().get(0)))).isEqualTo(env);
  }

  private static List<String> env(Container container) {
    return container.getEnv().stream()
        .map(variable -> variable.getName() + "=" + variable.getValue())
        .toList();
  }
}
