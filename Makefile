# `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MVN ?= mvn -B -ntp
# Which Kubernetes the control plane is of, for whatever runs on one: 1.34, 1.35 or 1.36, which it is if not set.
KUBE ?=
export KUBE

.PHONY: help
help:
	@echo "ColocatedCache: a service and its node-local cache, kept together as pairs"
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 25

.PHONY: demo
demo: ## the operator on a real control plane on this machine, step by step; stays up
	@demo/run

.PHONY: demo-down
demo-down: ## end what `make demo` left running
	@demo/down

.PHONY: test
test: ## every test, those on the real control plane included; on another Kubernetes with KUBE=1.34 or KUBE=1.35
	@build/preflight java maven go
	devcluster/devcluster build
	e2e/tool helm
	$(MVN) verify

.PHONY: e2e
e2e: ## what takes others' programs: the demo and every command of the docs; an upgrade; Argo CD and Flux; Karpenter; Prometheus; both images (root, buildah, debootstrap, qemu-user-static, prometheus, redis-server)
	e2e/demo
	e2e/docs
	e2e/upgrade
	e2e/states
	e2e/argocd
	e2e/karpenter
	e2e/monitoring
	e2e/images

.PHONY: jar
jar: ## the runnable jar, operator/target/colocatedcache-operator.jar, without tests
	@build/preflight java maven
	$(MVN) -q -DskipTests -pl operator -am package

.PHONY: plugin
plugin: ## the kubectl plugin `kubectl colocate`, in plugin/target: copy its files into a folder of the PATH
	@$(MAKE) --no-print-directory jar
	@mkdir -p plugin/target
	@cp plugin/kubectl-colocate plugin/kubectl_complete-colocate operator/target/colocatedcache-operator.jar plugin/target/

.PHONY: image
image: ## the image, with Docker, buildah or Jib, whichever is there (build/image says more)
	@build/image

.PHONY: crd
crd: ## rewrite the checked-in CRD from the API types, and what is made from it
	@build/preflight java maven
	$(MVN) -q -pl crd test -Dtest=CrdIsCurrentTest -Dcrd.write=true
	@build/install-yaml

.PHONY: install-yaml
install-yaml: ## rewrite what is made from deploy/ and the CRD: deploy/install.yaml, and copies in the Helm chart
	@build/preflight go
	@build/install-yaml

CASES ?= 20000
SEED ?= $(shell date +%s)
.PHONY: conformance
conformance: ## hold the evaluator against kube-scheduler's own code on new made-up cases (CASES=20000, SEED)
	@build/preflight java maven go
	$(MVN) -q -DskipTests -pl operator -am package
	conformance/run compare --cases $(CASES) --seed $(SEED) --questions 2 -- java -jar operator/target/colocatedcache-operator.jar explain --batch
	$(MVN) -q -pl operator -am test -Dtest=PairAgreementTest -Dsurefire.failIfNoSpecifiedTests=false -Dconformance.run=$(CURDIR)/conformance/run

.PHONY: bench
bench: ## measure time and memory, and compare with the targets (some minutes, on a machine with nothing else to do)
	@build/preflight java maven
	$(MVN) -q -Pbench -DskipTests -pl bench -am package
	java -jar bench/target/bench.jar operator/target/colocatedcache-operator.jar

# Of `life`: the seed of the first world, how many worlds, and how many operations each.
WORLDS ?= 20
OPS ?= 250
.PHONY: life
life: ## the life test: OPS=250 random operations in each of WORLDS=20 worlds from SEED on; a failure is shrunk
	@build/preflight java maven go
	devcluster/devcluster build
	$(MVN) -q -pl operator -am verify -Dtest=NoUnitTests -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dit.test=LifeIT -Dfailsafe.failIfNoSpecifiedTests=false \
	  -Dlife.seed=$(SEED) -Dlife.worlds=$(WORLDS) -Dlife.ops=$(OPS)

.PHONY: availability
availability: ## measure the least ready pairs through rollouts, scale-downs and drains, and by hand (half an hour)
	@build/preflight java maven go
	devcluster/devcluster build
	$(MVN) -q -pl operator -am verify -Dtest=NoUnitTests -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dit.test=AvailabilityIT -Dfailsafe.failIfNoSpecifiedTests=false -Davailability=true

.PHONY: devcluster-test
devcluster-test: ## prove what devcluster/README.md promises (some minutes)
	@build/preflight java maven go
	devcluster/test

.PHONY: format
format: ## format the sources as the build wants them
	@build/preflight java maven
	$(MVN) -q spotless:apply

.PHONY: clean
clean: ## remove what the build made (caches outside the tree stay)
	$(MVN) -q clean
