import { Token } from "../../ui/Token";
import type { Token as TokenOf } from "../types";

interface TokenNameProps {
  token: TokenOf;
  /** What stands there in the other run of a comparison, where it differs. */
  other?: TokenOf | null;
  max?: number;
  joined?: string | null;
}

/** A token in a figure; in a comparison both, that of A first. */
export function TokenName({ token, other, max = 20, joined }: TokenNameProps) {
  return (
    <>
      <Token token={token} plain max={max} joined={joined} />
      {other && (
        <span className="token-other">
          <Token token={other} plain max={max} />
        </span>
      )}
    </>
  );
}
