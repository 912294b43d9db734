import { useEffect, useId, useRef, type ReactNode } from "react";
import { IconButton } from "./Button";
import "./Dialog.css";
import { t } from "./i18n";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  className?: string;
}

/** The browser's own modal: focus stays inside, `Esc` closes, focus returns to where it was. */
export function Dialog({ open, onClose, title, children, footer, wide, className }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    if (open && dialog && !dialog.open) {
      dialog.showModal();
      // Not the close button: its tooltip would take the first Esc.
      dialog.querySelector<HTMLElement>("[data-first], h2")?.focus();
    }
    if (!open && dialog?.open) dialog.close();
  }, [open]);
  return (
    // The click on the backdrop is a convenience; Esc and the close button are its keyboard twins.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={element}
      className={["dialog", wide && "wide", className].filter(Boolean).join(" ")}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => event.target === element.current && onClose()}
    >
      {open && (
        <>
          <header className="dialog-head">
            <h2 id={heading} tabIndex={-1}>
              {title}
            </h2>
            <IconButton icon="close" label={t("ui.close")} onClick={onClose} />
          </header>
          <div className="dialog-body">{children}</div>
          {footer && <footer className="dialog-foot">{footer}</footer>}
        </>
      )}
    </dialog>
  );
}

/** A dialog at an edge of the screen. */
export function Sheet({ side = "right", ...rest }: DialogProps & { side?: "left" | "right" | "bottom" }) {
  return <Dialog {...rest} className={["sheet", side, rest.className].filter(Boolean).join(" ")} />;
}
