import { type Fragment, fragmentsOf, type InitSegment } from '../../agent/recorder/fragments.js';
import type { CameraEnd, CameraRun } from '../../drivers/camera.js';

/** What a camera gave in a run, and how it ended. */
export interface Recorded {
  init: InitSegment | undefined;
  fragments: Fragment[];
  end: CameraEnd;
}

/** Reads a run to its end; `onFragment` may stop it. */
export async function recordRun(
  camera: CameraRun,
  onFragment: (count: number) => void = () => {},
): Promise<Recorded> {
  let init: InitSegment | undefined;
  const fragments: Fragment[] = [];
  for await (const event of fragmentsOf(camera.output)) {
    if (event.type === 'init') init = event.init;
    else onFragment(fragments.push(event.fragment));
  }
  return { init, fragments, end: await camera.ended };
}
