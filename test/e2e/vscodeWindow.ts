import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { errors, type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { steady, stayedSo, until } from '../helpers/setup';
import { openBrowser, windowAddress } from '../host/browser.mjs';
import { startServer } from '../host/server.mjs';
import { makeWorkspace } from '../host/workspace.mjs';

/** Where screenshots go: they are looked at, not committed. */
const PICTURES = path.join(process.cwd(), 'out', 'test', 'pictures');

/** A list, or what is typed, that was the same for this long, in milliseconds, is what the window made of it. */
const STEADY_MS = 250;

/** How a window is opened. */
export interface WindowOptions {
  size?: { width: number; height: number };
  /** Folder with the extension installed; it is taken from this repository when absent. */
  extensions?: string;
  /** Puts more into the workspace before it is opened. Returns a workspace file to open in place of the folder. */
  prepare?(folder: string): string | undefined;
  /** The workspace is one that nobody trusts yet. */
  untrusted?: boolean;
}

/** A window of VS Code with the extension, a workspace of its own, and a mouse and keys in it. */
export class VsCodeWindow {
  /** Addresses of requests that a webview sent out of the machine, which none should. */
  readonly strayRequests: string[] = [];
  /** Errors that pages printed about what their policy forbids. */
  readonly violations: string[] = [];

  private constructor(
    readonly page: Page,
    readonly folder: string,
    private readonly started: { browser: Browser; serverPid: number; ends: (() => unknown)[] },
  ) {}

  /** Starts the server, and opens its window in Chromium. */
  static async open(options: WindowOptions = {}): Promise<VsCodeWindow> {
    const { size = { width: 1280, height: 800 }, extensions, prepare, untrusted } = options;
    const workspace = makeWorkspace();
    const place = prepare?.(workspace.folder) ?? workspace.folder;
    const server = await startServer({ tests: true, extensions, asksForTrust: untrusted });
    const browser = await openBrowser();
    const page = await browser.newPage({ viewport: size });
    const ends = [server.stop, workspace.remove];
    const window = new VsCodeWindow(page, workspace.folder, { browser, serverPid: server.pid, ends });
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      const own = hostname === '127.0.0.1' || hostname.endsWith('.vscode-cdn.net') || hostname === '';
      const byWorkbench = request.isNavigationRequest() || request.frame() === page.mainFrame();
      if (!own && !byWorkbench && protocol.startsWith('http')) window.strayRequests.push(request.url());
    });
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) window.violations.push(message.text());
    });
    await page.exposeFunction('codeAutomationLog', () => undefined);
    await page.exposeFunction('codeAutomationExit', () => undefined);
    await page.goto(windowAddress(server.origin, place, undefined, extensions !== undefined));
    await window.ready();
    return window;
  }

  /** Waits until the workbench is there, and knows of the extension. */
  async ready(): Promise<void> {
    await this.page.waitForSelector('.activitybar [aria-label^="Activation Patterns"]', { timeout: 30_000 });
  }

  /** Reloads the window as its command does, which writes down what is to be kept. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.command('Developer: Reload Window');
    await loaded;
    await this.ready();
  }

  async close(): Promise<void> {
    await this.started.browser.close();
    for (const end of this.started.ends) await end();
  }

  /** Engines that this window started: other windows have theirs. */
  engines(): number[] {
    const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
    const processes = lines.map((line) => {
      const [pid, parent, ...args] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), args: args.join(' ') };
    });
    const own = new Set([this.started.serverPid]);
    for (let size = 0; size !== own.size;) {
      size = own.size;
      for (const { pid, parent } of processes) if (own.has(parent)) own.add(pid);
    }
    return processes
      .filter(({ pid, args }) => own.has(pid) && /dist\/engine\.js$/.test(args))
      .map(({ pid }) => pid);
  }

  /** Keeps a picture of the window. */
  async picture(name: string): Promise<void> {
    mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
  }

  /** The row of a tree of ours or of the Explorer shows its hover; what is in it. */
  async hoverOf(row: Locator): Promise<Locator> {
    // The mouse comes from elsewhere, or nothing happens where it rests already.
    await this.page.mouse.move(640, 4);
    await row.hover();
    const hover = this.page.locator('.workbench-hover-container:visible, .monaco-hover:visible').first();
    await hover.waitFor();
    return hover;
  }

  /** The innermost page of the diagram that is visible. */
  get diagram(): FrameLocator {
    return this.page
      .frameLocator('.webview-overlay-outer-right > iframe.webview:visible')
      .frameLocator('iframe#active-frame');
  }

  /** Waits until a diagram is drawn; its description. */
  async drawn(pattern: RegExp): Promise<string> {
    const described = this.diagram.locator('[aria-label]');
    await described.first().waitFor({ timeout: 30_000 });
    let labels: string[] = [];
    return until(
      () => `a diagram is described as ${pattern}, there are only: ${labels.join(' | ')}`,
      async () => {
        labels = await labelsOf(described);
        return labels.find((label) => pattern.test(label));
      },
      30_000,
    );
  }

  /** Looks for some time that the diagram is described so, and by nothing else of the kind. */
  async staysDrawn(pattern: RegExp, ms: number): Promise<void> {
    await this.drawn(pattern);
    await stayedSo(ms, async () => {
      const labels = await labelsOf(this.diagram.locator('[aria-label]'));
      if (labels.some((label) => pattern.test(label))) return;
      throw new Error(`the diagram is no longer described as ${pattern}, but: ${labels.join(' | ')}`);
    });
  }

  /** Waits until the picture of the diagram moves no more. */
  async still(): Promise<void> {
    await steady('the picture', () => this.diagram.locator('body').evaluate(pictureIn), STEADY_MS);
  }

  /** Chooses a colour theme of VS Code, and waits until the window has it (`kind`: the workbench's class). */
  async theme(title: string, kind: string): Promise<void> {
    await this.command('Preferences: Color Theme');
    await this.answer(title);
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor();
  }

  /** A row of the Explorer or of a tree of ours, by the start of its name. */
  row(name: string): Locator {
    return this.page.locator(`.monaco-list-row[aria-label^=${JSON.stringify(name)}]:visible`).first();
  }

  /** Opens a folder of the Explorer. */
  async expand(name: string): Promise<void> {
    const row = this.row(name);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
  }

  /** Right-clicks and chooses an entry of the menu. Rows that move as the tree grows may lose the first click. */
  async menu(row: Locator, entry: string): Promise<void> {
    const item = this.page.locator('.context-view .action-label', { hasText: entry }).first();
    for (let tries = 0; ; tries++) {
      await row.click({ button: 'right' });
      try {
        await item.waitFor({ timeout: 3_000 });
        break;
      } catch (error) {
        if (tries === 3) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
    // The menu ignores the mouse for a moment after it opened.
    await until(`the menu takes ${entry}`, async () => {
      if (!(await item.isVisible())) return true;
      await item.click({ timeout: 5_000 });
      return isGone(item, 3_000);
    });
  }

  /** Chooses an entry of the list that asks. */
  async pick(entry: string | RegExp): Promise<void> {
    const row = this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: entry }).first();
    await row.waitFor();
    // A list that is still being filled loses the click.
    const rows = this.page.locator('.quick-input-widget:visible .monaco-list-row');
    await steady('the list', () => labelsOf(rows), STEADY_MS);
    await row.click();
  }

  /** Chooses an entry of the list that asks by typing its name. */
  async typePick(entry: string): Promise<void> {
    const rows = this.page.locator('.quick-input-widget:visible .monaco-list-row');
    await rows.filter({ hasText: entry }).first().waitFor();
    await this.typeEntry(entry);
  }

  private async typeEntry(entry: string): Promise<void> {
    await this.page.keyboard.type(entry);
    const rows = this.page.locator('.quick-input-widget:visible .monaco-list-row');
    const chosen = rows.and(this.page.locator('.focused')).filter({ hasText: entry });
    await chosen.first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Runs a command by the palette, with keys only. */
  async typeCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    // The list is long: the command need not be among those that are on screen before it is typed.
    await this.page.locator('.quick-input-widget:visible .monaco-list-row').first().waitFor();
    await this.typeEntry(title);
  }

  /** What stands beside the title of a tree of ours, once it matches. */
  async beside(tree: string, pattern: RegExp): Promise<string> {
    const header = this.page.locator('.pane-header', { hasText: tree });
    const description = header.locator('.description', { hasText: pattern }).first();
    await description.waitFor({ timeout: 20_000 });
    return description.innerText();
  }

  /** Runs a command by the palette. */
  async command(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input');
    for (let tries = 0; ; tries++) {
      await this.page.keyboard.press('F1');
      try {
        await input.fill(`>${title}`, { timeout: 3_000 });
        break;
      } catch (error) {
        // A page that takes the focus as it loads closes the palette.
        if (tries === 5) throw error;
      }
    }
    await this.pick(title);
  }

  /** Answers the box that asks for a text. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input');
    await input.waitFor();
    // The dialog for files fills in its own proposal a moment after it opened.
    const typed = async () => {
      if ((await input.inputValue()) !== text) await input.fill(text);
      return input.inputValue();
    };
    await steady('what is typed', typed, 2 * STEADY_MS);
    await this.page.keyboard.press('Enter');
  }

  /** Gives a file to the dialog that asks for one, which may be busy looking into its folder when it is told to go on. */
  async chooseFile(file: string): Promise<void> {
    await this.answer(file);
    const input = this.page.locator('.quick-input-widget:visible input[type=text]').first();
    const asksStill = async () => {
      const texts = await input.evaluateAll((all) =>
        all.map((one) => (one as unknown as { value: string }).value),
      );
      return texts[0] === file;
    };
    let pressed = performance.now();
    await until(`the dialog takes ${file}`, async () => {
      if (!(await asksStill())) return true;
      if (performance.now() - pressed < 700) return false;
      pressed = performance.now();
      await this.page.keyboard.press('Enter');
      return false;
    });
  }

  /** A message, in the list of messages: the driver of tests keeps them from popping up. */
  async message(text: string | RegExp, timeout = 20_000): Promise<Locator> {
    const center = this.page.locator('.notifications-center.visible');
    if ((await center.count()) === 0) await this.page.locator('[id="status.notifications"]').click();
    const item = center.locator('.notification-list-item', { hasText: text }).first();
    await item.waitFor({ timeout });
    // The hover of whatever the mouse rests on would cover the buttons.
    await this.page.mouse.move(640, 4);
    return item;
  }

  /** Clears all messages. */
  async clearMessages(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
  }

  /** Text of our entry in the status bar. */
  async status(pattern: RegExp): Promise<string> {
    const entry = this.page.locator('.statusbar-item', { hasText: pattern }).first();
    await entry.waitFor({ timeout: 20_000 });
    return entry.innerText();
  }

  /** Opens the Explorer. */
  async explorer(): Promise<void> {
    await this.command('File: Focus on Files Explorer');
    await this.page.locator('.explorer-folders-view').waitFor();
  }

  /** Opens the side panel. */
  async sidePanel(): Promise<void> {
    const tab = this.page.locator('.activitybar .action-item', {
      has: this.page.locator('[aria-label^="Activation Patterns"]'),
    });
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
  }
}

/** Whether something goes away within some time. */
async function isGone(item: Locator, timeout: number): Promise<boolean> {
  try {
    await item.waitFor({ state: 'hidden', timeout });
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return false;
    throw error;
  }
}

/** In the page of a diagram: what is painted of it, and what is said. */
const pictureIn = new Function(
  'body',
  `const canvas = body.querySelector('.stage canvas.picture');
  return [canvas?.width > 0 ? canvas.toDataURL() : '', body.textContent, getComputedStyle(body).backgroundColor];`,
) as (body: unknown) => string[];

/** Descriptions of what is on a page; none while the page itself is being loaded anew. */
async function labelsOf(described: Locator): Promise<string[]> {
  try {
    return await described.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
  } catch (error) {
    if (/Frame was detached|Execution context was destroyed/.test(String(error))) return [];
    throw error;
  }
}
