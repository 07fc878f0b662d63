/**
 * Sentences for the user, each told once. The first are held back until a batch went through: where the input is bad at
 * once, what is wrong with it is all there is to say.
 */
export class HeldNotices {
  private readonly seen = new Set<string>();
  private held: string[] | undefined = [];

  constructor(private readonly onNotice: (text: string) => void) {}

  add(text: string): void {
    if (this.seen.has(text)) return;
    this.seen.add(text);
    if (this.held) this.held.push(text);
    else this.onNotice(text);
  }

  tell(): void {
    const { held } = this;
    this.held = undefined;
    held?.forEach((text) => this.onNotice(text));
  }
}
