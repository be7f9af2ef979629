import { METRICS as REGISTRY, type Metric } from '@blurcycle/metrics';

/** How a metric is named and read in tables and figures. */
export type MetricDescription = Omit<Metric, 'name' | 'compute'>;

/** Every metric that results may hold by its name, in the order of the registry. */
export const METRICS: Readonly<Record<string, MetricDescription>> = Object.fromEntries(
  REGISTRY.map((metric) => [metric.name, metric]),
);

/** Names of all metrics. */
export const METRIC_NAMES: readonly string[] = Object.keys(METRICS);

/** What stands for a score against a truth that is not known. */
export const NO_TRUTH = 'no truth';
