import { findMetric, type Metric } from '@blurcycle/metrics';

/** How a metric is shown; whether more is better only where the registry knows it. */
type ShownMetric = Pick<Metric, 'label' | 'unit' | 'digits'> & Partial<Pick<Metric, 'better'>>;

/** Digits after the decimal point of a metric that the registry does not know. */
const UNKNOWN_DIGITS = 4;

/** How the metric of this name is shown: as in the registry, or under its own name. */
export function shownMetric(name: string): ShownMetric {
  return findMetric(name) ?? { label: name, unit: null, digits: UNKNOWN_DIGITS };
}
