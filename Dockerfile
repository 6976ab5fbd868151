# The operator's image, from the sources alone:
#   docker build -t colocatedcache/operator .
# Both images that it stands on can be others: --build-arg BASE_IMAGE=…, --build-arg BUILD_IMAGE=…
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG BASE_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
# Options for Maven, such as -o where everything is in its local repository already.
ARG MAVEN_OPTIONS=""
RUN mvn -B -q ${MAVEN_OPTIONS} -pl operator -am -Dmaven.test.skip=true -Dspotless.check.skip=true package

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="colocatedcache-operator" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /src/operator/target/colocatedcache-operator.jar /app/colocatedcache-operator.jar
USER 65532:65532
WORKDIR /tmp
EXPOSE 8080
# Heap as a share of the container's memory limit; a heap that is full ends the process, and the
# kubelet starts it anew. What docs/images.md measures pays; a Java that does not know it passes it over.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=75", "-XX:+ExitOnOutOfMemoryError", "-XX:+IgnoreUnrecognizedVMOptions", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-jar", "/app/colocatedcache-operator.jar"]
CMD ["run"]
