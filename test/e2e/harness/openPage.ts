import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { FromPanel, ToPanel } from '../../../src/protocol/panel';
import type { ViewState } from '../../../src/protocol/state';
import { FakeHost } from './fakeHost';
import { themes, type ThemeName } from './themes';

const ORIGIN = 'http://panel.test';

/** How to open the page. */
export interface PageOptions {
  /** Folder of a run; without one the page has nothing to show. */
  run?: string;
  state?: Partial<ViewState>;
  theme?: ThemeName;
  width?: number;
  height?: number;
}

/** The page as the panel loads it, outside VS Code: same policy, same files, real scenes. */
export interface OpenedPage {
  page: Page;
  host: FakeHost;
  /** Addresses that were asked for beyond the page's own files. */
  strangers: string[];
}

/** Opens dist/webview.js in a page of its own. */
export async function openPage(browser: Browser, options: PageOptions): Promise<OpenedPage> {
  const { width = 1280, height = 800, theme = 'dark' } = options;
  const page = await browser.newPage({ viewport: { width, height } });
  const strangers: string[] = [];
  await page.route('**/*', async (route) => {
    const { origin, pathname } = new URL(route.request().url());
    if (origin !== ORIGIN) {
      strangers.push(route.request().url());
      await route.abort();
    } else if (pathname === '/') {
      await route.fulfill({ contentType: 'text/html', body: html(theme) });
    } else {
      const body = await readFile(path.join('dist', path.basename(pathname)));
      await route.fulfill({ body, contentType: contentType(pathname) });
    }
  });
  const send = (message: ToPanel) =>
    page.evaluate((data) => {
      const scope = globalThis as unknown as { postMessage(data: unknown, origin: string): void };
      scope.postMessage(data, '*');
    }, message);
  const host = new FakeHost(options.run, send, options.state);
  await page.exposeFunction('postToHost', (message: FromPanel) => void host.receive(message));
  await page.addInitScript({
    content: `globalThis.acquireVsCodeApi = () => ({ postMessage: (m) => void postToHost(m), setState(s) { sessionStorage.kept = JSON.stringify(s); }, getState: () => JSON.parse(sessionStorage.kept ?? 'null') });`,
  });
  await page.goto(`${ORIGIN}/`);
  await setTheme(page, theme);
  return { page, host, strangers };
}

/** Switches the theme as the workbench does: variables on the root, a class on the body. */
export async function setTheme(page: Page, theme: ThemeName): Promise<void> {
  const { bodyClass, variables } = themes[theme];
  await page.evaluate(
    `(() => {
      const variables = ${JSON.stringify(variables)};
      document.documentElement.removeAttribute('style');
      for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
      document.body.className = ${JSON.stringify(bodyClass)};
    })()`,
  );
}

function html(theme: ThemeName): string {
  const policy = `default-src 'none'; script-src ${ORIGIN}; style-src ${ORIGIN}; font-src ${ORIGIN}`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <link rel="stylesheet" href="${ORIGIN}/webview.css" /></head>
    <body class="${themes[theme].bodyClass}"><div id="app"></div><script src="${ORIGIN}/webview.js"></script></body></html>`;
}

function contentType(file: string): string {
  if (file.endsWith('.js')) return 'text/javascript';
  return file.endsWith('.css') ? 'text/css' : 'font/ttf';
}
