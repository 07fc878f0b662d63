/** When one instance was learned and forgotten, as indices into the sequence of snapshots. */
export interface LearningEvents {
  /** Snapshots at which the prediction had turned right. */
  learned: number[];
  /** Snapshots at which it had turned wrong again. */
  forgotten: number[];
  /** Snapshots at which it was wrong. */
  wrong: number;
  /** Right at the last snapshot. */
  status: boolean;
}

/**
 * Learning and forgetting events between snapshots (Toneva et al. 2019, who count presentations during training; between
 * snapshots there are fewer). Before the first snapshot an instance counts as not learned: one that is right at
 * the first snapshot is learned there.
 * @param correct for each snapshot, 1 for each instance whose prediction is right
 */
export function learningEvents(correct: readonly Uint8Array[]): LearningEvents[] {
  const instances = correct.length === 0 ? 0 : correct[0].length;
  return Array.from({ length: instances }, (_, i) => {
    const events: LearningEvents = { learned: [], forgotten: [], wrong: 0, status: false };
    correct.forEach((right, s) => {
      const now = right[i] === 1;
      if (now && !events.status) events.learned.push(s);
      if (!now && events.status) events.forgotten.push(s);
      if (!now) events.wrong++;
      events.status = now;
    });
    return events;
  });
}

/** Over all instances: how many were ever learned, are right at the end, were forgotten at least once, and how often. */
export interface LearningSummary {
  learned: number;
  neverLearned: number;
  rightAtEnd: number;
  forgottenOnce: number;
  forgettingEvents: number;
}

/** Sums up the events of all instances. */
export function summariseLearning(events: readonly LearningEvents[]): LearningSummary {
  const summary = { learned: 0, neverLearned: 0, rightAtEnd: 0, forgottenOnce: 0, forgettingEvents: 0 };
  for (const event of events) {
    if (event.learned.length > 0) summary.learned++;
    else summary.neverLearned++;
    if (event.status) summary.rightAtEnd++;
    if (event.forgotten.length > 0) summary.forgottenOnce++;
    summary.forgettingEvents += event.forgotten.length;
  }
  return summary;
}
