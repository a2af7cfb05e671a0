.DEFAULT_GOAL := help
.PHONY: help build verify test format demo benchmark webhooks trouble ci clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## compile and package, without tests
	./mvnw -q package -DskipTests

verify: ## everything a change must pass: compile, test, format, dependencies
	./mvnw verify

test: ## the tests only
	./mvnw test

format: ## format the Java sources
	./mvnw -q spotless:apply

demo: ## a bridge with an embedded CA, and a simulated device that enrolls
	./bridge demo

benchmark: ## enrollments beside bare signatures at a real step-ca; a few minutes
	./mvnw -q package -pl benchmarks,app-javalin -am -DskipTests
	cd benchmarks/target && $${JAVA_HOME:+$$JAVA_HOME/bin/}java -jar lib/benchmarks.jar ../../bridge

webhooks: ## a platform that tells of 10,000 devices over 64 connections; some minutes
	./mvnw -q package -pl benchmarks,app-javalin -am -DskipTests
	cd benchmarks/target && $${JAVA_HOME:+$$JAVA_HOME/bin/}java -cp lib/benchmarks.jar io.provisioningbridge.benchmarks.WebhookBenchmark ../../bridge

trouble: ## enrollments while hawkBit and ThingsBoard are away, silent or talk nonsense; some minutes
	./mvnw -q package -pl benchmarks,app-javalin -am -DskipTests
	cd benchmarks/target && $${JAVA_HOME:+$$JAVA_HOME/bin/}java -cp lib/benchmarks.jar io.provisioningbridge.benchmarks.TroubleBenchmark ../../bridge

ci: ## what CI runs: installs the real servers if missing, then every test with them required
	.ci/run

clean: ## remove what was built
	./mvnw -q clean
