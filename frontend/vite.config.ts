import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Style sheets of chunks load in any order, so each of them begins with the order of the layers. */
const layerOrder: Plugin = {
  name: "layer-order",
  enforce: "post",
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "asset" || !file.fileName.endsWith(".css")) continue;
      file.source = `@layer base,ui,kinds,app;${String(file.source)}`;
    }
  },
};

const LIBRARIES =
  /node_modules[\\/](react|react-dom|scheduler|zustand|@radix-ui|@floating-ui|@tanstack|intl-messageformat|@formatjs)[\\/]/;

// The page is served by the Python service under `script-src 'self'`: no inline script, no data: fonts, hashed names.
export default defineConfig({
  base: "/",
  plugins: [react(), layerOrder],
  build: {
    outDir: "../backend/stratascope/web/static",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600,
    // The libraries that every page needs travel together: one file packs better than many.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "libraries", test: LIBRARIES }] } } },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/openapi.json": "http://127.0.0.1:8000" } },
  test: {
    environment: "jsdom",
    // A context of its own for each file, without the start of a worker for it.
    pool: "vmThreads",
    include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts"],
    setupFiles: ["scripts/testSetup.ts"],
    css: false,
  },
});
