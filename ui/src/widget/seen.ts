// What was seen: at least half of it, for a second without a break, in a tab that is looked at (the rule of the IAB for
// viewable impressions).

const share = 0.5;
const holdMs = 1000;
/** What is seen at the same time is told together. */
const togetherMs = 30;

/** Tells once of each element that it was seen. Returns what ends it. */
export function watch(elements: Iterable<Element>, tell: (seen: readonly Element[]) => void): () => void {
  const timers = new Map<Element, ReturnType<typeof setTimeout>>();
  let due: Element[] = [];
  const hold = (target: Element): void => {
    timers.set(target, setTimeout(held, holdMs, target));
  };
  const held = (target: Element): void => {
    if (document.hidden) {
      hold(target);
      return;
    }
    observer.unobserve(target);
    if (due.push(target) > 1) return;
    setTimeout(() => {
      tell(due);
      due = [];
    }, togetherMs);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio } of entries) {
        clearTimeout(timers.get(target));
        if (intersectionRatio >= share) hold(target);
      }
    },
    { threshold: share },
  );
  for (const element of elements) observer.observe(element);
  return () => {
    observer.disconnect();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
