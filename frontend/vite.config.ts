import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compress } from './build/compress';
import { regions } from './build/regions';
import { tokensStylesheet } from './build/tokens-stylesheet';

const server = process.env.WEFT_SERVER ?? 'http://127.0.0.1:8520';

export default defineConfig({
  plugins: [react(), tokensStylesheet(), regions(), compress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The server fills these marks in when it sends a page; the development server cannot.
  html: { cspNonce: '%NONCE%' },
  build: {
    target: 'es2022',
    sourcemap: false,
    manifest: true,
    reportCompressedSize: false,
    rollupOptions: { input: ['index.html', 'light.html'] },
  },
  server: { proxy: { '/api': { target: server, ws: true } } },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/test-setup.ts'] },
});
