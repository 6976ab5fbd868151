package dev.colocatedcache.reconcile;

import dev.colocatedcache.affinity.PairEvaluation;
import java.util.function.Supplier;

/** Lets each question to the affinity evaluator be timed. */
@FunctionalInterface
public interface EvaluationTimer {

  /** The answer of {@code evaluation}, which is asked once. */
  PairEvaluation time(Supplier<PairEvaluation> evaluation);
}
