(** Expectation as far as the initialisation of weights needs it, geometric sums, and positive roots.

    An expectation is any linear functional that gives 1 for the constant 1; every probability space has one. What a
    theorem needs of a distribution (mean, variance, independence, symmetry) stands among its hypotheses. *)

From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Functions Sums.
Open Scope R_scope.

Definition expectation {Omega : Type} (E : (Omega -> R) -> R) : Prop :=
  (forall f g, E (fun o => f o + g o) = E f + E g) /\
  (forall c f, E (fun o => c * f o) = c * E f) /\
  E (fun _ => 1) = 1.

(** Independent families, as far as products of two go. *)
Definition independent {Omega : Type} (E : (Omega -> R) -> R) (m : nat) (w u : nat -> Omega -> R) : Prop :=
  (forall i, (i < m)%nat -> E (fun o => w i o * u i o) = E (w i) * E (u i)) /\
  (forall i j, (i < m)%nat -> (j < m)%nat ->
    E (fun o => (w i o * w j o) * (u i o * u j o)) = E (fun o => w i o * w j o) * E (fun o => u i o * u j o)).

(** Mean zero, variance v, and no correlation between different entries. *)
Definition centred {Omega : Type} (E : (Omega -> R) -> R) (m : nat) (w : nat -> Omega -> R) (v : R) : Prop :=
  (forall i, (i < m)%nat -> E (w i) = 0) /\
  (forall i j, (i < m)%nat -> (j < m)%nat -> E (fun o => w i o * w j o) = v * delta i j).

(** Each entry has a distribution that is symmetric about zero, and variance v. *)
Definition symmetric {Omega : Type} (E : (Omega -> R) -> R) (m : nat) (z : nat -> Omega -> R) (v : R) : Prop :=
  forall i, (i < m)%nat ->
    (forall f : R -> R, E (fun o => f (z i o)) = E (fun o => f (- z i o))) /\ E (fun o => z i o ^ 2) = v.

Definition variance {Omega : Type} (E : (Omega -> R) -> R) (y : Omega -> R) : R :=
  E (fun o => y o ^ 2) - E y ^ 2.

Section Expectation.
Variables (Omega : Type) (E : (Omega -> R) -> R).
Hypothesis HE : expectation E.

Lemma same_expectation (f g : Omega -> R) : (forall o, f o = g o) -> E f = E g.
Proof. intros H. f_equal. apply functional_extensionality, H. Qed.

Lemma expectation_total (n : nat) (f : nat -> Omega -> R) :
  E (fun o => total n (fun k => f k o)) = total n (fun k => E (f k)).
Proof.
  destruct HE as (Plus & Scale & _). induction n as [| n IH]; simpl.
  - replace (fun _ : Omega => 0) with (fun _ : Omega => 0 * 1) by (apply functional_extensionality; intros; ring).
    rewrite (Scale 0 (fun _ => 1)). ring.
  - rewrite (Plus (fun o => total n (fun k => f k o)) (f n)), IH. reflexivity.
Qed.

Lemma total_square (n : nat) (f : nat -> R) : total n f ^ 2 = total n (fun i => total n (fun j => f i * f j)).
Proof.
  transitivity (total n f * total n f); [ring |].
  rewrite <- total_factor. apply total_ext. intros i Hi. rewrite Rmult_comm, <- total_factor. reflexivity.
Qed.

Lemma variance_of_weighted_sum (m : nat) (w u : nat -> Omega -> R) (v : R) :
  centred E m w v -> independent E m w u ->
  variance E (fun o => total m (fun i => w i o * u i o)) = v * total m (fun i => E (fun o => u i o ^ 2)).
Proof.
  intros [Mean Square] [One Two]. unfold variance.
  rewrite expectation_total.
  rewrite (total_ext m _ (fun _ => 0)).
  2: { intros i Hi. rewrite One, Mean by exact Hi. ring. }
  rewrite total_constant.
  rewrite (same_expectation _ (fun o => total m (fun i => total m (fun j => (w i o * w j o) * (u i o * u j o))))).
  2: { intros o. rewrite total_square. apply total_ext. intros i Hi. apply total_ext. intros j Hj. ring. }
  rewrite expectation_total.
  rewrite (total_ext m _ (fun i => v * E (fun o => u i o ^ 2))); [rewrite total_factor; ring |].
  intros i Hi. rewrite expectation_total.
  rewrite (total_ext m _ (fun j => delta j i * (v * E (fun o => u i o * u j o)))).
  - rewrite (total_delta m i (fun j => v * E (fun o => u i o * u j o)) Hi).
    f_equal. apply same_expectation. intros o. ring.
  - intros j Hj. rewrite Two, Square by assumption. rewrite (delta_symmetric i j). ring.
Qed.

Lemma half_of_the_square (m : nat) (z : nat -> Omega -> R) (v : R) (i : nat) :
  symmetric E m z v -> (i < m)%nat -> E (fun o => Rmax 0 (z i o) ^ 2) = v / 2.
Proof.
  intros H Hi. destruct (H i Hi) as [Same Square]. destruct HE as (Plus & _ & _).
  specialize (Same (fun t => Rmax 0 t ^ 2)). cbv beta in Same.
  assert (v = E (fun o => Rmax 0 (z i o) ^ 2) + E (fun o => Rmax 0 (- z i o) ^ 2)) as Split.
  { rewrite <- Plus, <- Square. apply same_expectation. intros o. unfold Rmax.
    repeat destruct Rle_dec; first [ring | exfalso; lra | assert (z i o = 0) as Z by lra; rewrite Z; ring]. }
  lra.
Qed.

Lemma leaky_share (m : nat) (z : nat -> Omega -> R) (v s : R) (i : nat) :
  symmetric E m z v -> (i < m)%nat ->
  E (fun o => (Rmax 0 (z i o) - s * Rmax 0 (- z i o)) ^ 2) = (1 + s ^ 2) * (v / 2).
Proof.
  intros H Hi. rewrite <- (half_of_the_square m z v i H Hi).
  destruct (H i Hi) as [Same _]. destruct HE as (Plus & Scale & _).
  specialize (Same (fun t => Rmax 0 t ^ 2)). cbv beta in Same.
  transitivity (E (fun o => Rmax 0 (z i o) ^ 2) + s ^ 2 * E (fun o => Rmax 0 (- z i o) ^ 2)); [| rewrite <- Same; ring].
  rewrite <- Scale, <- Plus. apply same_expectation. intros o. unfold Rmax.
  repeat destruct Rle_dec; first [ring | exfalso; lra | assert (z i o = 0) as Z by lra; rewrite Z; ring].
Qed.

Lemma expectation_shifted (c : R) (f : Omega -> R) : E (fun o => c + f o) = c + E f.
Proof.
  destruct HE as (Plus & Scale & One).
  rewrite (Plus (fun _ => c) f). f_equal.
  rewrite (same_expectation (fun _ => c) (fun _ => c * 1)) by (intros; ring).
  rewrite (Scale c (fun _ => 1)), One. ring.
Qed.

End Expectation.

(** * Geometric sums *)

Lemma geometric_sum (t : nat) (beta : R) :
  beta <> 1 -> total t (fun s => beta ^ (t - s - 1)) = (1 - beta ^ t) / (1 - beta).
Proof.
  intros H. induction t as [| t IH]; [simpl; field; lra |].
  cbn [total]. replace (S t - t - 1)%nat with O by lia.
  rewrite (total_ext t _ (fun s => beta * beta ^ (t - s - 1))).
  2: { intros k Hk. replace (S t - k - 1)%nat with (S (t - k - 1)) by lia. reflexivity. }
  rewrite total_factor, IH. simpl. field. lra.
Qed.

Lemma power_below_one (t : nat) (beta : R) : 0 < beta < 1 -> (0 < t)%nat -> beta ^ t < 1.
Proof. intros H T. apply pow_lt_1_compat; [lra | exact T]. Qed.

(** * Positive roots *)

(** [r] is the one positive number where a function is zero. *)
Definition positive_root (f : R -> R) (r : R) : Prop :=
  0 < r /\ f r = 0 /\ (forall other, 0 < other -> f other = 0 -> other = r).

Lemma root_of_a_square (f : R -> R) (c r : R) :
  (forall t, f t = c * t ^ 2 - 1) -> 0 < r -> f r = 0 -> positive_root f r.
Proof.
  intros F P Z. repeat split; [exact P | exact Z |].
  intros other Q W. rewrite F in Z, W.
  assert (c * (other - r) * (other + r) = 0) as D by (replace (c * (other - r) * (other + r))
    with ((c * other ^ 2 - 1) - (c * r ^ 2 - 1)) by ring; lra).
  assert (c <> 0) as C by (intros E; rewrite E in Z; lra).
  apply Rmult_integral in D. destruct D as [D | D]; [| lra].
  apply Rmult_integral in D. destruct D as [D | D]; lra.
Qed.

(** * Integrals *)

Lemma integral_by_primitive (primitive f : R -> R) (low high value : R) :
  (forall t, is_derive primitive t (f t)) -> (forall t, continuous f t) ->
  primitive high - primitive low = value -> is_RInt f low high value.
Proof.
  intros D C V. rewrite <- V. apply (is_RInt_derive primitive f); intros t _; [apply D | apply C].
Qed.

(** * Tactics *)

Ltac powers :=
  repeat match goal with
  | B : 0 < ?beta < 1, T : (0 < ?t)%nat |- context [?beta ^ ?t] =>
    lazymatch goal with
    | _ : beta ^ t < 1 |- _ => fail
    | _ => pose proof (power_below_one t beta B T)
    end
  end.

(** What remains of a statement: an identity of rational expressions, powers and roots. *)
Ltac moment_algebra := lengths; sum_algebra.
Ltac moment_identity := powers; lengths; sum_algebra.
