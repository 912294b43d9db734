import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import type { FieldProblem } from "../api/types";
import { InlineParams, inLine } from "./InlineParams";
import type { Params } from "./ParamForm";
import { fieldsOf, missingFields } from "./schema";

const fields = fieldsOf({
  properties: {
    lens: { type: "string", enum: ["raw", "tuned"], default: "raw" },
    top_k: { type: "integer", minimum: 1, maximum: 50, default: 5 },
    center: { type: "boolean", default: true },
    include_first_special_token: { type: "boolean", default: false },
    layer: { type: "integer" },
  },
  required: ["layer"],
});

function Host({ room, problems }: { room?: number; problems?: FieldProblem[] }) {
  const [params, setParams] = useState<Params>({});
  return <InlineParams fields={fields} params={params} onChange={setParams} room={room} problems={problems} />;
}

describe("parameters in the line of a panel", () => {
  it("are the short ones that fit, at least one, and none on a phone", () => {
    const names = (room: number) => inLine(fields, {}, room).map(({ name }) => name);
    expect(names(60)).toEqual(["lens", "center", "include_first_special_token"]);
    expect(names(34)).toEqual(["lens", "center"]);
    expect(names(5)).toEqual(["lens"]);
    expect(names(0)).toEqual([]);
  });

  it("are bold once changed, and can be reset together", async () => {
    const { container } = render(<Host />);
    await userEvent.selectOptions(screen.getByLabelText("lens"), "tuned");
    await userEvent.selectOptions(screen.getByLabelText("center"), "off");
    expect(container.querySelectorAll(".select.changed")).toHaveLength(2);
    await userEvent.click(screen.getByRole("button", { name: "Reset the settings in this line" }));
    expect(container.querySelectorAll(".select.changed")).toHaveLength(0);
    expect(screen.queryByRole("button", { name: "Reset the settings in this line" })).toBeNull();
  });

  it("say under the control what the server said, in the line and under more", async () => {
    render(
      <Host
        problems={[
          { field: "lens", message: "Not fitted for this model." },
          { field: "top_k", message: "At most 3 here." },
        ]}
      />,
    );
    const lens = screen.getByLabelText("lens");
    expect(lens.getAttribute("aria-invalid")).toBe("true");
    expect(document.getElementById(lens.getAttribute("aria-describedby") ?? "")?.textContent).toBe(
      "Not fitted for this model.",
    );
    await userEvent.click(screen.getByRole("button", { name: /more.*One of them was refused/ }));
    expect(screen.getByText("At most 3 here.")).toBeDefined();
    expect(screen.queryByText("Not fitted for this model.", { selector: "p" })).toBeNull();
  });
});

it("a field without a value of its own is missing until it is set", () => {
  expect(missingFields(fields, {}).map(({ name }) => name)).toEqual(["layer"]);
  expect(missingFields(fields, { layer: 0 })).toEqual([]);
});
