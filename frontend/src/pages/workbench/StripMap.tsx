import { useEffect, useRef, type PointerEvent, type RefObject } from "react";
import { usePin, useRange } from "../../state/selection";

interface StripMapProps {
  list: RefObject<HTMLElement | null>;
  tokens: number;
}

/** Where in a long strip one is: the part in view, the pin and the range. For the pointer; arrows move through the strip. */
export function StripMap({ list, tokens }: StripMapProps) {
  const view = useRef<HTMLSpanElement>(null);
  const pinned = usePin()?.position;
  const range = useRange();
  useEffect(() => {
    const strip = list.current;
    if (!strip) return undefined;
    const follow = () => {
      const { scrollLeft, clientWidth, scrollWidth } = strip;
      if (!view.current) return;
      view.current.style.left = percent(scrollLeft / scrollWidth);
      view.current.style.width = percent(clientWidth / scrollWidth);
    };
    follow();
    const observer = new ResizeObserver(follow);
    observer.observe(strip);
    strip.addEventListener("scroll", follow, { passive: true });
    return () => {
      observer.disconnect();
      strip.removeEventListener("scroll", follow);
    };
  }, [list, tokens]);

  const scroll = (event: PointerEvent<HTMLDivElement>) => {
    const strip = list.current;
    if (!strip || event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    const middle = ((event.clientX - box.left) / box.width) * strip.scrollWidth;
    strip.scrollTo({ left: middle - strip.clientWidth / 2 });
  };
  return (
    <div
      className="strip-map"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        scroll(event);
      }}
      onPointerMove={scroll}
    >
      <span ref={view} className="strip-map-view" />
      {range && (
        <span
          className="strip-map-range"
          style={{ left: percent(range[0] / tokens), width: percent((range[1] - range[0] + 1) / tokens) }}
        />
      )}
      {pinned != null && <span className="strip-map-pin" style={{ left: percent((pinned + 0.5) / tokens) }} />}
    </div>
  );
}

const percent = (share: number) => `${100 * share}%`;
