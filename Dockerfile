# The operator's image, from the sources alone:
#   docker build -t colocatedcache/operator .
# Both images that it stands on can be others: --build-arg BASE_IMAGE=…, --build-arg BUILD_IMAGE=…
# BUILD_IMAGE has a JDK, 17 or newer, and Maven; of BASE_IMAGE nothing is used but its C library, glibc.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG BASE_IMAGE=debian:trixie-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
# Options for Maven, such as -o where everything is in its local repository already.
ARG MAVEN_OPTIONS=""
RUN mvn -B -q ${MAVEN_OPTIONS} -pl operator -am -Dmaven.test.skip=true -Dspotless.check.skip=true package
# The program, its bill of materials (none where Maven is offline), and a Java of the modules that it uses. All
# have the build's own time, for an AOT cache is good only for the files that it was made with.
RUN mkdir /app \
 && cp operator/target/colocatedcache-operator.jar $(find operator/target -name colocatedcache-operator.cdx.json) /app/ \
 && jlink --no-header-files --no-man-pages --output /app/java --add-modules \
      java.base,java.logging,java.management,java.naming,java.xml,jdk.crypto.ec,jdk.httpserver,jdk.management,jdk.unsupported \
 && find /app -exec touch -h -d "$(sed -n 's|.*<project.build.outputTimestamp>\(.*\)</.*|\1|p' pom.xml)" {} +
# The options are those of the ENTRYPOINT below.
RUN build/training/run /app -XX:MaxRAMPercentage=75 -XX:+UseSerialGC -XX:+UseCompactObjectHeaders

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="colocatedcache-operator" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /app /app
USER 65532:65532
WORKDIR /tmp
EXPOSE 8080
# Heap as a share of the container's memory limit; a heap that is full ends the process, and the
# kubelet starts it anew. What docs/images.md measures pays; a Java that does not know it passes it over.
ENTRYPOINT ["/app/java/bin/java", "-XX:MaxRAMPercentage=75", "-XX:+ExitOnOutOfMemoryError", "-XX:+IgnoreUnrecognizedVMOptions", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-XX:AOTCache=/app/colocatedcache-operator.aot", "-jar", "/app/colocatedcache-operator.jar"]
CMD ["run"]
