(** ReLU and max-pooling over 2x2 cells, differentiated in every region at once. *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Functions Sums.
Open Scope R_scope.

(** The largest of four cells, or 0 if that is larger. *)
Definition pool (v : nat -> nat -> R) : R :=
  Rmax 0 (Rmax (Rmax (v 0%nat 0%nat) (v 0%nat 1%nat)) (Rmax (v 1%nat 0%nat) (v 1%nat 1%nat))).

(** The largest of 0 and of the cells beside (e, f). *)
Definition rivals (v : nat -> nat -> R) (e f : nat) : R :=
  Rmax 0 (Rmax (v (1 - e)%nat f) (Rmax (v e (1 - f)%nat) (v (1 - e)%nat (1 - f)%nat))).

(** 1 for the cell that is chosen, else 0. *)
Definition winner (v : nat -> nat -> R) (e f : nat) : R := if Rlt_dec (rivals v e f) (v e f) then 1 else 0.

(** A region: all four cells are negative, or one is larger than 0 and than the others. Between regions lie the kinks. *)
Definition decided (v : nat -> nat -> R) : Prop :=
  (v 0%nat 0%nat < 0 /\ v 0%nat 1%nat < 0 /\ v 1%nat 0%nat < 0 /\ v 1%nat 1%nat < 0) \/
  rivals v 0 0 < v 0%nat 0%nat \/ rivals v 0 1 < v 0%nat 1%nat \/
  rivals v 1 0 < v 1%nat 0%nat \/ rivals v 1 1 < v 1%nat 1%nat.

Lemma below_max (a b c : R) : Rmax a b < c -> a < c /\ b < c.
Proof. intros H. pose proof (Rmax_l a b). pose proof (Rmax_r a b). lra. Qed.

Lemma max_below (a b c : R) : a < c -> b < c -> Rmax a b < c.
Proof. intros. apply Rmax_lub_lt; assumption. Qed.

Lemma below_rivals (v : nat -> nat -> R) (e f : nat) :
  rivals v e f < v e f ->
  0 < v e f /\ v (1 - e)%nat f < v e f /\ v e (1 - f)%nat < v e f /\ v (1 - e)%nat (1 - f)%nat < v e f.
Proof.
  unfold rivals. intros H.
  apply below_max in H. destruct H as [? H]. apply below_max in H. destruct H as [? H]. apply below_max in H. tauto.
Qed.

Lemma winner_one (v : nat -> nat -> R) (e f : nat) : rivals v e f < v e f -> winner v e f = 1.
Proof. intros H. unfold winner. destruct Rlt_dec; [reflexivity | contradiction]. Qed.

Lemma winner_zero (v : nat -> nat -> R) (e f : nat) (r : R) :
  v e f < r -> (r = 0 \/ r = v (1 - e)%nat f \/ r = v e (1 - f)%nat \/ r = v (1 - e)%nat (1 - f)%nat) -> winner v e f = 0.
Proof.
  intros H R'. unfold winner. destruct Rlt_dec as [L |]; [exfalso | reflexivity].
  apply below_rivals in L. destruct R' as [E | [E | [E | E]]]; subst r; lra.
Qed.

Section Rule.
Variables (F : R -> nat -> nat -> R) (x : R) (v d : nat -> nat -> R).
Hypothesis H : forall e f, (e < 2)%nat -> (f < 2)%nat -> has_derivative (fun t => F t e f) x (v e f) (d e f).

Lemma cell_continuous (e f : nat) : (e < 2)%nat -> (f < 2)%nat -> continuous (fun t => F t e f) x.
Proof. intros He Hf. apply (ex_derive_continuous (fun t => F t e f)). eexists. apply (H e f He Hf). Qed.

Lemma cells_stay (e f e' f' : nat) :
  (e < 2)%nat -> (f < 2)%nat -> (e' < 2)%nat -> (f' < 2)%nat -> v e' f' < v e f -> locally x (fun t => F t e' f' < F t e f).
Proof.
  intros He Hf He' Hf' L. apply (near_lt (fun t => F t e' f') (fun t => F t e f)); try (apply cell_continuous; assumption).
  rewrite (proj1 (H e f He Hf)), (proj1 (H e' f' He' Hf')). exact L.
Qed.

Lemma cell_stays_positive (e f : nat) : (e < 2)%nat -> (f < 2)%nat -> 0 < v e f -> locally x (fun t => 0 < F t e f).
Proof.
  intros He Hf L. apply (near_lt (fun _ => 0) (fun t => F t e f)); [apply continuous_const | apply cell_continuous; assumption |].
  rewrite (proj1 (H e f He Hf)). exact L.
Qed.

Lemma cell_stays_negative (e f : nat) : (e < 2)%nat -> (f < 2)%nat -> v e f < 0 -> locally x (fun t => F t e f < 0).
Proof.
  intros He Hf L. apply (near_lt (fun t => F t e f) (fun _ => 0)); [apply cell_continuous; assumption | apply continuous_const |].
  rewrite (proj1 (H e f He Hf)). exact L.
Qed.

Ltac four_cells := unfold pool; lazymatch goal with |- ?a = ?b => change (@eq R a b) end; switches; lra.

Lemma pool_follows (e f : nat) :
  (e < 2)%nat -> (f < 2)%nat -> rivals v e f < v e f -> locally x (fun t => F t e f = pool (F t)).
Proof.
  intros He Hf L. apply below_rivals in L. destruct L as (P & A & B & C).
  pose proof (cell_stays_positive e f He Hf P) as LP.
  pose proof (cells_stay e f (1 - e) f He Hf ltac:(lia) Hf A) as LA.
  pose proof (cells_stay e f e (1 - f) He Hf He ltac:(lia) B) as LB.
  pose proof (cells_stay e f (1 - e) (1 - f) He Hf ltac:(lia) ltac:(lia) C) as LC.
  generalize (filter_and _ _ LP (filter_and _ _ LA (filter_and _ _ LB LC))). apply filter_imp.
  intros t (Qp & Qa & Qb & Qc).
  destruct e as [| [| e]]; [| | lia]; (destruct f as [| [| f]]; [| | lia]); simpl in *; four_cells.
Qed.

Lemma rule_pool :
  decided v ->
  has_derivative (fun t => pool (F t)) x (pool v) (total 2 (fun e => total 2 (fun f => winner v e f * d e f))).
Proof.
  intros D. split.
  { unfold pool. rewrite (proj1 (H 0%nat 0%nat ltac:(lia) ltac:(lia))), (proj1 (H 0%nat 1%nat ltac:(lia) ltac:(lia))),
      (proj1 (H 1%nat 0%nat ltac:(lia) ltac:(lia))), (proj1 (H 1%nat 1%nat ltac:(lia) ltac:(lia))). reflexivity. }
  unfold total.
  destruct D as [(N00 & N01 & N10 & N11) | D].
  - rewrite !(winner_zero v _ _ 0) by (tauto || assumption).
    apply (is_derive_ext_loc (fun _ => 0)).
    + assert (locally x (fun t =>
        (F t 0%nat 0%nat < 0 /\ F t 0%nat 1%nat < 0) /\ (F t 1%nat 0%nat < 0 /\ F t 1%nat 1%nat < 0))) as L.
      { apply filter_and; apply filter_and; apply cell_stays_negative; (lia || assumption). }
      revert L. apply filter_imp. intros t ((Q0 & Q1) & (Q2 & Q3)). four_cells.
    + replace (0 + (0 + 0 * d 0%nat 0%nat + 0 * d 0%nat 1%nat) + (0 + 0 * d 1%nat 0%nat + 0 * d 1%nat 1%nat)) with 0 by ring.
      apply (is_derive_const 0).
  - assert (exists e f, (e < 2)%nat /\ (f < 2)%nat /\ rivals v e f < v e f) as (e & f & He & Hf & L).
    { destruct D as [L | [L | [L | L]]]; [exists 0%nat, 0%nat | exists 0%nat, 1%nat | exists 1%nat, 0%nat | exists 1%nat, 1%nat];
        (split; [lia | split; [lia | exact L]]). }
    apply (is_derive_ext_loc (fun t => F t e f)); [apply pool_follows; assumption |].
    pose proof (winner_one v e f L) as One. pose proof (below_rivals v e f L) as (P & A & B & C).
    destruct (H e f He Hf) as [_ Df].
    match goal with |- is_derive _ _ ?s => replace s with (d e f); [exact Df |] end.
    destruct e as [| [| e]]; [| | lia]; (destruct f as [| [| f]]; [| | lia]); simpl in *; rewrite One;
      repeat match goal with
      | Lt : v ?a ?b < v ?c ?g |- context [winner v ?a ?b] => rewrite (winner_zero v a b (v c g) Lt) by (simpl; tauto)
      end; ring.
Qed.

End Rule.

(** Differentiate through a pool, in whatever region it is. *)
Ltac by_other_rule ::=
  lazymatch goal with
  | |- has_derivative (fun t => pool (fun e f => _)) _ _ _ =>
    eapply rule_pool;
    [ intros ? ? ? ?; cbv beta; by_rule
    | match goal with H : forall _, _ |- decided _ => apply H; assumption end ]
  end.
