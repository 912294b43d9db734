import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { ParamForm, type Params } from "./ParamForm";
import { fieldsOf } from "./schema";

const fields = fieldsOf({
  properties: {
    top_k: { type: "integer", minimum: 1, maximum: 50, default: 5, description: "Tokens kept." },
    norm: { type: "string", enum: ["final", "none"], default: "final" },
    center: { type: "boolean", default: true },
    layers: { anyOf: [{ const: "all" }, { type: "array", items: { type: "integer", minimum: 0 } }], default: "all" },
    targets: { anyOf: [{ type: "array", items: { type: "string", minLength: 1 } }, { type: "null" }], default: null },
  },
});

function Host({
  onChange,
  ...rest
}: {
  onChange: (params: Params) => void;
  problems?: { field: string; message: string }[];
}) {
  const [params, setParams] = useState<Params>({});
  return (
    <ParamForm
      fields={fields}
      params={params}
      onChange={(next) => {
        setParams(next);
        onChange(next);
      }}
      {...rest}
    />
  );
}

function setup(problems?: { field: string; message: string }[]) {
  const onChange = vi.fn();
  render(<Host onChange={onChange} problems={problems} />);
  return { onChange, user: userEvent.setup() };
}

describe("ParamForm", () => {
  it("sets a number and offers to reset it", async () => {
    const { onChange, user } = setup();
    const input = screen.getByLabelText("top k");
    expect(input).toHaveProperty("value", "5");
    await user.clear(input);
    await user.type(input, "12");
    expect(onChange).toHaveBeenLastCalledWith({ top_k: 12 });
    await user.click(screen.getByRole("button", { name: "Reset top k" }));
    expect(onChange).toHaveBeenLastCalledWith({});
    expect(screen.queryByRole("button", { name: "Reset top k" })).toBeNull();
  });

  it("says what is wrong under the field", async () => {
    const { user } = setup();
    const input = screen.getByLabelText("top k");
    await user.clear(input);
    await user.type(input, "99");
    expect(screen.getByText("Between 1 and 50.")).toBeDefined();
    expect(input.getAttribute("aria-invalid")).toBe("true");
    await user.clear(input);
    await user.type(input, "many");
    expect(screen.getByText("Type a number.")).toBeDefined();
  });

  it("shows the server's words at the field they are about", () => {
    setup([{ field: "norm", message: "Not for this model." }]);
    expect(screen.getByText("Not for this model.")).toBeDefined();
  });

  it("switches, chooses, lists", async () => {
    const { onChange, user } = setup();
    await user.click(screen.getByRole("switch", { name: "center" }));
    expect(onChange).toHaveBeenLastCalledWith({ center: false });
    await user.click(screen.getByRole("radio", { name: "none" }));
    expect(onChange).toHaveBeenLastCalledWith({ center: false, norm: "none" });
    fireEvent.change(screen.getByLabelText("layers"), { target: { value: "0, 2-4" } });
    expect(onChange).toHaveBeenLastCalledWith({ center: false, norm: "none", layers: [0, 2, 3, 4] });
  });

  it("collects texts, a dot standing for a space", async () => {
    const { onChange, user } = setup();
    const input = screen.getByLabelText("targets");
    await user.type(input, "·Mary{Enter}");
    expect(onChange).toHaveBeenLastCalledWith({ targets: [" Mary"] });
    await user.click(screen.getByRole("button", { name: "Remove Mary" }));
    expect(onChange).toHaveBeenLastCalledWith({});
  });
});
