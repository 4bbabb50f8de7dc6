import type { Context, MiddlewareHandler } from 'hono';

/** Nothing from elsewhere, no script but our own file, no text that turns into markup, and no frame around it. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), clipboard-read=()',
};

/**
 * Lets in only who asked for this machine by its own name: a page elsewhere whose host name was made to point here (DNS rebinding) sends
 * that name. What changes something must come from one of our own pages.
 */
export function guard(port: () => number): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? '';
    const own = [`127.0.0.1:${port()}`, `localhost:${port()}`];
    if (!own.includes(host)) return refused(c, 421, 'expected to be asked for by the name 127.0.0.1');
    if (c.req.method === 'POST' && c.req.header('origin') !== `http://${host}`) {
      return refused(c, 403, 'expected to be sent from a page of this machine');
    }
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
    return undefined;
  };
}

function refused(c: Context, status: 403 | 421, text: string): Response {
  return c.text(`${text}\n`, status, { 'Cache-Control': 'no-store' });
}
