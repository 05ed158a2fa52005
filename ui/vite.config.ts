import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  // Absolute, so that a reload at /board/<id> finds its files.
  base: '/',
  build: {
    outDir: 'dist',
    // The oldest engine Upshot runs in: WebKitGTK 2.50, which is Safari 26.
    target: ['safari26', 'chrome140', 'firefox142'],
    // Nothing as a data: or inline resource, so that a strict Content-Security-Policy holds.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Comes from this computer or this room, not from afar: one file is quicker than several.
    chunkSizeWarningLimit: 900,
    // The licences of what is bundled go where the bundle goes.
    license: { fileName: 'licences.md' },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    // With `upshot-cli serve` beside it: UPSHOT_SERVE=http://127.0.0.1:<port>.
    proxy: process.env.UPSHOT_SERVE
      ? { '/session': { target: process.env.UPSHOT_SERVE, ws: true, changeOrigin: true } }
      : undefined,
  },
  // Tests run runes as a browser would.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
  },
});
