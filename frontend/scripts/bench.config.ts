// The page that the benchmarks measure. It is no part of the product: `vite build --config scripts/bench.config.ts`.
import { mergeConfig } from "vitest/config";
import product from "../vite.config.ts";

export default mergeConfig(product, { build: { rollupOptions: { input: "bench.html" } } });
