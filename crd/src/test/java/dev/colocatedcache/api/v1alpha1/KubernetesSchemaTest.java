package dev.colocatedcache.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts that the schema judges by itself: what is valid must never be refused. */
class KubernetesSchemaTest {

  private static final String DIGEST =
      "sha256:c8bb255c3559b3e458766db810aa7b3c7af1235b204cfdb304e79ff388fe1a5a";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis",
        "redis:7.2-alpine",
        "redis@" + DIGEST,
        "redis:7.2-alpine@" + DIGEST,
        "library/redis",
        "docker.io/library/redis:latest",
        "localhost/redis",
        "localhost:5000/redis",
        "registry.example.com/team/app",
        "registry.example.com:5000/team/app:v1",
        "Registry.Example.COM/team/app",
        "REGISTRY/team/app",
        "10.0.0.1:5000/app",
        "[2001:db8::1]:5000/app:v1",
        "[::1]/app",
        "a/b/c/d/e/f:g",
        "gcr.io/distroless/java17-debian12:nonroot",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/checkout:2024.11.1_b7",
        "ghcr.io/an-org/an_image/with.dots",
        "quay.io/x/a__b",
        "quay.io/x/a---b",
        "app:UPPER_and.lower-1",
        "app:_underscore",
        "app@sha512:"
            + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "app@sha256+b64u:0123456789ABCDEF0123456789abcdef",
        "xn--n3h.example.com/app",
        "1password/connect-api",
        "127.0.0.1/app",
      })
  void takesReferencesToImages(String image) {
    assertThat(image).matches(KubernetesSchema.IMAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        " redis",
        "redis ",
        "redis\n",
        "red is",
        "Redis",
        "library/Redis",
        "registry.example.com/Team/app",
        "redis:",
        "redis:-tag",
        "redis:.tag",
        "redis:a:b",
        "redis:tag with space",
        "redis@",
        "redis@latest",
        "redis@sha256:abc",
        "redis@sha256:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        "/redis",
        "redis/",
        "registry.example.com//redis",
        "https://registry.example.com/redis",
        "registry.example.com:port/redis",
        "-redis",
        "redis-",
        "re..dis",
        "re___dis",
        "_redis",
        "redis:tag@",
        "${IMAGE}",
        "{{ .Values.image }}",
        "redis:12345678901234567890123456789012345678901234567890123456789012345678901234567890"
            + "1234567890123456789012345678901234567890123456789",
      })
  void refusesWhatTheKubeletCouldNotPull(String image) {
    assertThat(image).doesNotMatch(KubernetesSchema.IMAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0", "1", "0.5", ".5", "5.", "100m", "1Ki", "1Mi", "1.5Gi", "2Ti", "1Pi", "1Ei", "1k",
        "1M", "1G", "1T", "1P", "1E", "1n", "1u", "1e3", "1E3", "1e-3", "1e+3", "+1", "-1",
        "1.0E9", "12e6", "1.0E21",
      })
  void takesQuantities(String quantity) {
    assertThat(quantity).matches(KubernetesSchema.QUANTITY_PATTERN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1 Gi",
        "1gi",
        "1GB",
        "1Gib",
        "1x",
        "0x1",
        "1,5",
        ".",
        "+",
        "1e",
        "1e1000000000",
        "NaN",
        "Infinity",
        "half",
        "1mm",
        "1K",
        "1mi",
        "--1",
        "1.2.3",
      })
  void refusesWhatIsNoQuantity(String quantity) {
    assertThat(quantity).doesNotMatch(KubernetesSchema.QUANTITY_PATTERN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "A1", "a-b_c.d", "1", "v1.2.3"})
  void takesLabelValues(String value) {
    assertThat(value).matches(KubernetesSchema.LABEL_VALUE);
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "a b", "-a", "a-", ".a", "a/b", "a:b", "ä"})
  void refusesWhatIsNoLabelValue(String value) {
    assertThat(value).doesNotMatch(KubernetesSchema.LABEL_VALUE);
  }
}
