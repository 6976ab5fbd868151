package dev.colocatedcache.testing;

import dev.colocatedcache.devcluster.Devcluster;
import dev.colocatedcache.devcluster.DevclusterExtension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the {@link RunningOperator} of their cluster: one for all tests that share a cluster,
 * started by the first that asks. A test that stops or kills it has a cluster of its own ({@link
 * dev.colocatedcache.devcluster.OwnDevcluster}).
 */
public final class OperatorExtension implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(OperatorExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == RunningOperator.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Devcluster cluster = DevclusterExtension.cluster(context);
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            cluster,
            key -> {
              RunningOperator operator = RunningOperator.install(cluster);
              cluster.attach(operator);
              return operator;
            },
            RunningOperator.class);
  }
}
