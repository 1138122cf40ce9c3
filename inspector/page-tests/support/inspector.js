// A real inspector process, on a free port.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** The binary: HANDSPAN_INSPECTOR, or what `cargo build -p handspan-inspector` leaves. */
function binary() {
  const path = process.env.HANDSPAN_INSPECTOR ?? new URL('../../../target/debug/handspan-inspector', import.meta.url).pathname;
  if (!existsSync(path)) throw new Error(`${path} is missing: cargo build -p handspan-inspector, or set HANDSPAN_INSPECTOR`);
  return path;
}

/** Starts an inspector; resolves with its URL and a way to end it. Port 0 takes any free one. */
export async function startInspector({ port = 0, args = [] } = {}) {
  const child = spawn(binary(), ['--listen', `127.0.0.1:${port}`, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([first]) => first),
    once(child, 'exit').then(([code]) => { throw new Error(`the inspector ended with ${code}`); }),
  ]);
  return {
    url: JSON.parse(line).listening,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
