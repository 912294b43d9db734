/** How long something will still take, from how far it came since it was first looked at. */

const LEAST_SECONDS = 1;
const LEAST_SHARE = 0.02;

interface Course {
  stage: string | null;
  /** On the page's clock, in milliseconds, and how far it was then. */
  since: number;
  from: number;
  /** How far it was at the latest look. */
  done: number;
  left: number | null;
}

export class Pace {
  private readonly courses = new Map<string, Course>();

  /** `id` has done `done` of `total` of its stage by now. */
  note(id: string, stage: string | null, done: number, total: number, now: number): void {
    const course = this.courses.get(id);
    if (!course || course.stage !== stage || done < course.done) {
      this.courses.set(id, { stage, since: now, from: done, done, left: null });
      return;
    }
    const [elapsed, came] = [(now - course.since) / 1000, done - course.from];
    const telling = elapsed >= LEAST_SECONDS && came >= LEAST_SHARE * total;
    this.courses.set(id, { ...course, done, left: telling ? (elapsed / came) * (total - done) : course.left });
  }

  /** Seconds until it is done; null while nothing can be said. */
  left(id: string): number | null {
    return this.courses.get(id)?.left ?? null;
  }

  /** Forget all but these. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.courses.keys()) if (!ids.has(id)) this.courses.delete(id);
  }
}
