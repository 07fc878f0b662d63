import type { Browser } from 'playwright-core';

export function findChromium(): string | undefined;
export function openBrowser(): Promise<Browser>;
export function windowAddress(origin: string, place: string, tests?: string, installed?: boolean): string;
