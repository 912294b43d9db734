import { describe, expect, it } from "vitest";
import { codeFor } from "./code";

const request = { model: "specimen", prompt: 'It\'s "fine"\n$HOME', center: false, targets: null, layers: [0, 1] };

describe("codeFor", () => {
  it("quotes for the shell so that the body arrives unchanged", () => {
    const code = codeFor("curl", "http://127.0.0.1:8000", "lens/logit-lens", request);
    expect(code).toContain("'http://127.0.0.1:8000/api/v1/methods/lens/logit-lens'");
    const body = code.slice(code.indexOf("-d '") + 4, -1).replaceAll("'\\''", "'");
    expect(JSON.parse(body)).toEqual(request);
  });

  it("writes Python literals", () => {
    const code = codeFor("python", "http://h", "a/b", request);
    expect(code).toContain('"center": False');
    expect(code).toContain('"targets": None');
    expect(code).toContain('"layers": [0, 1]');
    expect(code).not.toContain("null");
  });

  it("draws in a notebook", () => {
    expect(codeFor("notebook", "http://h", "a/b", request)).toContain("go.Figure(figure)");
  });
});
