/** Whom the messages of this process are for. */
export type Audience = 'command line' | 'window';

/** What a message says to each: commands have options, the window has questions, settings and buttons. */
interface Wordings {
  commandLine: string;
  window: string;
}

let audience: Audience = 'command line';

/** Says whom this process speaks to; called once, where it starts. */
export function speakTo(chosen: Audience): void {
  audience = chosen;
}

/** The wording for whom this process speaks to. */
export function wordedFor({ commandLine, window }: Wordings): string {
  return audience === 'window' ? window : commandLine;
}
